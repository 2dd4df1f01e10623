// The package from the outside, and the agent in it against a real hub, on a machine that has none of its parts.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { KINDS } from '#contract/ids.ts'
import { examplesIn } from '../../../device/package/deb.ts'
import { readWiring } from '../../../device/wiring/wiring.ts'
import { readYaml } from '../../../device/wiring/yaml.ts'
import { has } from '../../has.ts'
import { openPackaged, type Packaged } from '../../packaged.ts'
import { becomeOwner } from '../../person.ts'
import { freePort, startProgram } from '../../processes.ts'
import { listenAsSystemd } from '../../systemd.ts'

const packs = test.skipIf(!has('dpkg-deb'))

let packaged: Packaged
beforeAll(async () => {
  if (has('dpkg-deb')) packaged = await openPackaged()
})
afterAll(() => packaged?.[Symbol.dispose]())

const clone = fileURLToPath(new URL('../../..', import.meta.url))

test.for(['deb', 'bundle'])('npm run %s says what it takes', (what) => {
  const main = join(clone, 'device/package/main.ts')
  const { status, stdout } = spawnSync(process.execPath, [main, what, '--help'], { encoding: 'utf8' })
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringContaining('--arch <value>') })
})

packs('everything belongs to root, who alone may write it, and only what is run can be run', () => {
  const lines = execFileSync('dpkg-deb', ['-c', packaged.deb]).toString().trim().split('\n')
  for (const line of lines) {
    const [mode = '', owner, , , , path = ''] = line.split(/\s+/)
    expect(owner).toBe('root/root')
    const expected = mode.startsWith('d') || path.startsWith('./usr/bin/') ? /^[d-]rwxr-xr-x$/ : /^-rw-r--r--$/
    expect(mode, path).toMatch(expected)
  }
  const scripts = execFileSync('dpkg-deb', ['--ctrl-tarfile', packaged.deb])
  const listed = spawnSync('tar', ['-tv'], { input: scripts }).stdout.toString()
  expect(listed).toMatch(/-rwxr-xr-x root\/root .*\.\/postinst/)
  expect(listed).toMatch(/-rw-r--r-- root\/root .*\.\/control/)
})

packs('nothing in it tells where it was built, and no maintainer script does more than it must', () => {
  const files = readdirSync(packaged.root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const { parentPath, name } of files) {
    const content = readFileSync(join(parentPath, name), 'latin1')
    expect(content.includes(clone), join(parentPath, name)).toBe(false)
  }
  expect(files.some(({ name }) => name.endsWith('.map') || name.endsWith('.ts'))).toBe(false)
  const control = execFileSync('dpkg-deb', ['-f', packaged.deb, 'Depends']).toString()
  expect(control).toContain('nodejs (>= 24)')
  expect(spawnSync('sh', ['-n', join(packaged.root, 'usr/bin/latchkey-device')]).status).toBe(0)
})

test('an example is found by its name, wherever it stands, and must not be missing', () => {
  const example = (name: string) => `\n\`\`\`yaml\n# ${name}.yaml\nname: ${name}\n\`\`\`\n`
  const document = ['other', 'panel', 'toaster', 'hall'].map(example).join('text')
  expect(examplesIn(document)).toEqual({
    thermostat: '# hall.yaml\nname: hall\n',
    toaster: '# toaster.yaml\nname: toaster\n',
    security: '# panel.yaml\nname: panel\n',
  })
  expect(() => examplesIn(document.replace('# panel.yaml', '# alarm.yaml'))).toThrow(
    'Cannot package an example for security as docs/wiring.md must have "# panel.yaml"',
  )
})

packs('its examples are good wiring, one for each kind', () => {
  for (const kind of KINDS) {
    const file = join(packaged.root, `usr/share/doc/latchkey-device/examples/${kind}.yaml`)
    expect(readWiring(readYaml(readFileSync(file, 'utf8'), file), { kind, file }).kind).toBe(kind)
  }
})

packs.for([['--help'], ['install', '--help'], ['doctor', '--help']])('its %s says how it is called here', (args) => {
  const agent = join(packaged.root, 'usr/lib/latchkey/agent.mjs')
  const { stdout } = spawnSync(process.execPath, [agent, ...args], { encoding: 'utf8' })
  expect(stdout).toMatch(/^Usage: latchkey-device /)
  expect(stdout).not.toMatch(/latchkey (device|doctor)/)
})

packs('says what is wrong here in plain words', () => {
  const folder = join(packaged.root, 'data')
  const agent = join(packaged.root, 'usr/lib/latchkey/agent.mjs')
  const args = [
    'doctor',
    'thermostat',
    '--data',
    folder,
    '--config',
    packaged.hall,
    '--hub',
    'http://localhost:1',
    '--json',
  ]
  const { status, stdout } = spawnSync(process.execPath, [agent, ...args], { encoding: 'utf8' })
  expect(status).toBe(1)
  const { findings } = JSON.parse(stdout) as {
    findings: { level: string; about: string; says: string; todo?: string }[]
  }
  expect(findings).toContainEqual(expect.objectContaining({ level: 'problem', about: 'hub' }))
  expect(findings).toContainEqual(
    expect.objectContaining({
      level: 'warning',
      about: 'thermostat agent',
      says: expect.stringContaining('must be running'),
    }),
  )
  for (const { level, todo } of findings) expect(todo !== undefined).toBe(level !== 'ok')
})

packs(
  'without its parts it regulates, pairs and goes online, and tells systemd so',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
    const [http, mqtt] = [await freePort(), await freePort()]
    const addresses = ['--http', `127.0.0.1:${http}`, '--mqtt', `127.0.0.1:${mqtt}`]
    await using hub = startProgram(['hub', '--data', folder, ...addresses])
    const ready = await hub.fact(({ event }) => event === 'ready', 'the hub')
    const url = new URL(String(ready.url))
    const owner = await becomeOwner(url, new URL(String(ready.ownerLink)).hash.slice(1))
    using systemd = listenAsSystemd(join(folder, 'notify'))

    const args = ['thermostat', '--config', packaged.hall, '--hub', url.origin, '--data', folder]
    await using agent = packaged.start(args, { NOTIFY_SOCKET: join(folder, 'notify') })
    const asking = await agent.fact(({ phase }) => phase === 'pairing', 'a code')
    expect(agent.facts[0]).toEqual({ phase: 'starting' })
    const { userCode } = asking.authorization as { userCode: string }
    await owner.post('/pair', { user_code: userCode, answer: 'approved' })
    await agent.fact(({ phase }) => phase === 'online', 'the device to be in')
    expect(await agent.end('SIGTERM')).toBe(0)

    const heard = systemd.heard()
    expect(heard.find((sentence) => !sentence.startsWith('WATCHDOG'))).toBe(
      'READY=1\nSTATUS=Hall regulates, and looks for its hub',
    )
    expect(heard).toContain('WATCHDOG=1')
    expect(heard).toContainEqual(expect.stringContaining(`STATUS=Hall waits to be let in: ${userCode} at `))
    expect(heard).toContainEqual(`STATUS=Hall is in: ${asking.device}`)
    expect(heard.at(-1)).toBe('STOPPING=1')
    rmSync(folder, { recursive: true })
  },
  60_000,
)

packs('release says which outputs it could not reach', () => {
  const agent = join(packaged.root, 'usr/lib/latchkey/agent.mjs')
  const args = ['release', 'thermostat', '--config', packaged.hall, '--data', join(packaged.root, 'data')]
  const { status, stderr } = spawnSync(process.execPath, [agent, ...args], { encoding: 'utf8' })
  // Here there is no chip; on lines of a real kernel it is tested with the board.
  expect(status).toBe(1)
  expect(stderr).toMatch(/^Cannot find the GPIO chip as its label must be/)
})
