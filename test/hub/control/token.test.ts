// App passwords from the command line, with a hub that runs and without.
import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { UsageError } from '#contract/settings.ts'
import { closed } from '../broker/broker-room.ts'
import { openHubRoom } from '../hub-room.ts'
import { run, startBareHub } from './commands.ts'

const create = (data: string, ...more: readonly string[]) =>
  run(data, 'token', 'create', 'node-red', '--scope', 'home:read,climate:control', ...more)

test('is printed alone, opens what it may, is listed, and whoever is connected is out when it is revoked', async () => {
  await using room = await openHubRoom()
  const made = await create(room.data)
  expect(made).toEqual({
    code: 0,
    out: expect.stringMatching(/^latchkey_[0-9a-f]{64}$/),
    err: expect.stringMatching(/^Made app-[0-9a-f]{16}, "node-red": home:read, climate:control\..*once\.\nTo end it/),
  })
  expect((await room.ask('GET', '/api/devices', made.out)).status).toBe(200)
  expect((await run(room.data, 'token', 'list')).out).toMatch(/^app-\w+ {2}node-red\n.*climate:control\n.* last used /)
  const client = await room.connect(made.out)
  expect((await run(room.data, 'token', 'list')).out).toContain('connected now')

  const asked = performance.now()
  const revoked = await run(room.data, 'token', 'revoke', 'node-red')
  expect(revoked).toEqual({ code: 0, out: '', err: expect.stringMatching(/^Revoked app-\w+, "node-red"\.$/) })
  await closed(client)
  expect(performance.now() - asked).toBeLessThan(1000)
  expect((await room.ask('GET', '/api/devices', made.out)).status).toBe(401)
  expect(await run(room.data, 'token', 'list')).toEqual({ code: 0, out: '', err: 'There are none.' })
})

test('as JSON, for programs', async () => {
  await using room = await openHubRoom()
  const made = JSON.parse((await create(room.data, '--json')).out)
  const facts = { name: 'node-red', scopes: ['home:read', 'climate:control'], createdAt: expect.stringMatching(/Z$/) }
  expect(made).toEqual({
    ok: true,
    made: { ...facts, id: expect.stringMatching(/^app-/), password: expect.stringMatching(/^latchkey_/) },
  })
  expect(JSON.parse((await run(room.data, 'token', 'list', '--json')).out)).toEqual({
    ok: true,
    tokens: [{ ...facts, id: made.made.id, lastUsedAt: null, connected: false }],
  })
  const unknown = await run(room.data, 'token', 'revoke', 'app-0', '--json')
  expect(unknown).toEqual({ code: 1, out: expect.stringContaining('"ok":false'), err: '' })
})

test('what is done is in the audit, by nobody from afar, and without the secret', async () => {
  await using room = await openHubRoom()
  const { out: secret } = await create(room.data)
  await run(room.data, 'token', 'revoke', 'node-red')
  const answer = await (await room.ask('GET', '/api/audit', await room.accessToken())).text()
  expect(JSON.parse(answer).entries).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        ...{ event: 'app_password_created', address: null, detail: 'node-red: home:read climate:control' },
        account: expect.objectContaining({ name: 'Robin' }),
      }),
      expect.objectContaining({ event: 'app_password_revoked', detail: 'node-red' }),
    ]),
  )
  expect(answer).not.toContain(secret)
  expect(room.logged.join('\n')).not.toContain(secret)
  expect(room.disk().includes(secret)).toBe(false)
})

test('the command that ends it finds the same hub, also where its folder has a name that a shell would take apart', async () => {
  await using room = await openHubRoom()
  const hint = async (data: string) => /^To end it: (.*)$/m.exec((await create(data)).err)?.[1]
  expect(await hint(room.data)).toMatch(new RegExp(`^latchkey token revoke app-[0-9a-f]{16} --data ${room.data}$`))
  const odd = join(room.data, "Kim's home")
  symlinkSync(room.data, odd)
  const command = (await hint(odd)) ?? ''
  const said = execFileSync('sh', ['-c', `latchkey() { printf '%s|' "$@"; }; ${command}`], { encoding: 'utf8' })
  expect(said).toMatch(/^token\|revoke\|app-[0-9a-f]{16}\|--data\|/)
  expect(said.split('|').at(-2)).toBe(odd)
})

test('two of one name are told apart by their ids', async () => {
  await using room = await openHubRoom()
  await create(room.data)
  await create(room.data)
  const refused = await run(room.data, 'token', 'revoke', 'node-red')
  const [, first = '', second = ''] = /revoke one by its id, (\S+) or (\S+)$/.exec(refused.err) ?? []
  expect(refused.code).toBe(1)
  expect((await run(room.data, 'token', 'revoke', first)).code).toBe(0)
  expect((await run(room.data, 'token', 'list')).out).toContain(second)
})

test('works on the folder of a hub that does not run, and the hub knows it when it does', async () => {
  await using room = await openHubRoom()
  await room.stop()
  const made = await create(room.data)
  expect(made.code).toBe(0)
  const gone = await create(room.data)
  expect((await run(room.data, 'token', 'revoke', /To end it: .* (app-\w+)/.exec(gone.err)?.[1] ?? '')).code).toBe(0)
  await room.restart()
  expect((await room.ask('GET', '/api/devices', made.out)).status).toBe(200)
  expect((await room.ask('GET', '/api/devices', gone.out)).status).toBe(401)
  const audit = await (await room.ask('GET', '/api/audit', await room.accessToken())).text()
  expect(audit.match(/app_password_created/g)).toHaveLength(2)
})

test('says what is missing: an owner, a hub, a name that can be one', async () => {
  const data = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    await expect(create(data)).rejects.toThrow(`Cannot find a hub in ${data}/hub as one must have been started there`)
    await using _ = await startBareHub(data)
    expect(await create(data)).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^Not done: there must be an owner/),
    })
  } finally {
    rmSync(data, { recursive: true })
  }
})

const WRONG: readonly (readonly [string, readonly string[], string])[] = [
  ['nothing', [], 'create, list or revoke'],
  ['another word', ['make'], 'create, list or revoke'],
  ['no name', ['create', '--scope', 'home:read'], 'a name'],
  ['no scope', ['create', 'x'], 'got none'],
  ['an empty scope', ['create', 'x', '--scope', ','], 'got none'],
  ['an unknown scope', ['create', 'x', '--scope', 'home:read,home:write'], 'got "home:write"'],
  ['the scope of devices', ['create', 'x', '--scope', 'device'], 'got "device"'],
  ['a word too many', ['create', 'x', 'y', '--scope', 'home:read'], "'y'"],
  ['a name to list', ['list', 'x'], "'x'"],
  ['a scope to revoke', ['revoke', 'x', '--scope', 'home:read'], '--scope without create'],
  ['nothing to revoke', ['revoke'], 'id or name'],
  ['an unknown flag', ['list', '--verbose'], '--verbose'],
]

test.for(WRONG)('%s is wrong usage, and said before a hub is looked for', async ([, args, named]) => {
  const failure = await run('/nowhere', 'token', ...args).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(UsageError)
  expect(String(failure)).toContain(named)
})

test('a name that is none is refused by the hub, in the words of the page', async () => {
  await using room = await openHubRoom()
  for (const [name, because] of [
    ['x'.repeat(65), 'at most 64 characters'],
    [' ', 'choose a name'],
    ['a\nb', 'letters, digits'],
  ] as const) {
    const refused = await run(room.data, 'token', 'create', name, '--scope', 'home:read')
    expect.soft(refused).toEqual({ code: 1, out: '', err: expect.stringContaining(because) })
  }
})

const LAUNCHER = fileURLToPath(new URL('../../../simulator/latchkey.mjs', import.meta.url))
const latchkey = (...args: readonly string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [LAUNCHER, ...args], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    )
  })

test('is a program: the secret and a line end on standard output, everything else on the other; 0, 1, 2', async () => {
  await using room = await openHubRoom()
  const data = ['--data', room.data]
  const made = await latchkey('token', 'create', 'mosquitto', '--scope', 'home:read', ...data)
  expect([made.code, made.out]).toEqual([0, expect.stringMatching(/^latchkey_[0-9a-f]{64}\n$/)])
  const unknown = await latchkey('token', 'revoke', 'nobody', ...data)
  expect(unknown).toEqual({ code: 1, out: '', err: expect.stringMatching(/^Not done: no app password .*\n$/) })
  const wrong = await latchkey('token', 'create', 'x', '--scope', 'all')
  expect(wrong).toEqual({ code: 2, out: '', err: expect.stringMatching(/^Cannot make a token .*got "all"\n$/) })
  const help = await latchkey('token', '--help')
  expect([help.code, help.out]).toEqual([0, expect.stringContaining('latchkey token create <name>')])
  for (const line of help.out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  expect((await latchkey('--help')).out).toMatch(/\n {2}token .*\n {2}keys /)
})
