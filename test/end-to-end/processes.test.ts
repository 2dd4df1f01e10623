// The whole story with the real programs as processes: the hub is killed, a device is put out.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { KINDS, type Kind } from '#contract/ids.ts'
import { seconds } from '#contract/time.ts'
import { type Again, openAgain } from '../again.ts'
import { signIn, startTestHome, until } from '../home.ts'
import { becomeOwner, type Person } from '../person.ts'
import { freePort, type Program, startProgram } from '../processes.ts'
import { watch } from '../watcher.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function startHub(
  http: number,
  mqtt: number,
): Promise<{ hub: Program; url: URL; ownerLink: string | undefined }> {
  const hub = startProgram(['hub', '--data', folder, '--http', `127.0.0.1:${http}`, '--mqtt', `127.0.0.1:${mqtt}`])
  const ready = await hub.fact(({ event }) => event === 'ready', 'the hub to be ready')
  return { hub, url: new URL(String(ready.url)), ownerLink: ready.ownerLink as string | undefined }
}

const startDevice = (kind: Kind, url: URL) =>
  startProgram(['device', kind, '--board', 'simulated', '--hub', url.origin, '--data', folder])

async function approve(device: Program, owner: Person): Promise<string> {
  const asking = await device.fact(({ phase }) => phase === 'pairing', 'a code')
  const { userCode } = asking.authorization as { userCode: string }
  expect((await owner.post('/pair', { user_code: userCode, answer: 'approved' })).text).toContain('It is let in')
  await device.fact(({ phase }) => phase === 'online', 'the device to be online')
  return String(asking.device)
}

test('paired, controlled, hub killed in mid-traffic, everybody back without a person, one put out for good', async () => {
  const [http, mqtt] = [await freePort(), await freePort()]
  const first = await startHub(http, mqtt)
  const { url } = first
  const owner = await becomeOwner(url, new URL(first.ownerLink ?? '').hash.slice(1))
  await using thermostat = startDevice('thermostat', url)
  await using toaster = startDevice('toaster', url)
  await using panel = startDevice('security', url)
  const programs = { thermostat, toaster, security: panel }
  const id = Object.fromEntries(
    await Promise.all(KINDS.map(async (kind) => [kind, await approve(programs[kind], owner)])),
  ) as Record<Kind, string>

  const before = await watch({ port: mqtt, token: await signIn(url, owner) })
  await before.has(`homie/5/${id.thermostat}/climate/target`, '20')
  for (let target = 6; target < 30; target++) {
    void before.send(`homie/5/${id.thermostat}/climate/target/set`, String(target)).catch(() => {})
  }
  await before.has(`homie/5/${id.thermostat}/climate/target`, /^(1|2)\d$/)
  expect(await first.hub.end('SIGKILL')).toBe('SIGKILL')
  await before[Symbol.asyncDispose]()
  for (const kind of KINDS) await programs[kind].fact(({ phase }) => phase === 'offline', `${kind} to notice`)

  const second = await startHub(http, mqtt)
  await using hub = second.hub
  expect(second.ownerLink).toBeUndefined()
  for (const kind of KINDS) {
    await until(() => programs[kind].facts.at(-1)?.phase === 'online', `${kind} to be back`, seconds(30))
    // Once shown a code, never again: nobody was needed.
    expect(programs[kind].facts.filter(({ phase }) => phase === 'pairing')).toHaveLength(1)
  }
  await using phone = await watch({ port: mqtt, token: await signIn(url, owner) })
  await phone.has(`homie/5/${id.thermostat}/$state`, 'ready')
  await phone.send(`homie/5/${id.thermostat}/climate/target/set`, '22.5')
  await phone.has(`homie/5/${id.thermostat}/climate/target`, '22.5')

  const asked = performance.now()
  const response = await fetch(new URL(`/api/devices/${id.toaster}`, url), {
    method: 'DELETE',
    headers: { authorization: `Bearer ${await signIn(url, owner)}` },
  })
  expect(response.status).toBe(204)
  await phone.has(`homie/5/${id.toaster}/$state`, '')
  expect(performance.now() - asked).toBeLessThan(1000)
  await toaster.fact(({ phase }) => phase === 'unpaired', 'the toaster to know')
  expect(toaster.facts.at(-1)).toEqual({ phase: 'unpaired', because: 'revoked' })

  // It cannot come back by itself: a restart shows a new code and nothing else.
  await toaster.end('SIGTERM')
  await using again = startDevice('toaster', url)
  const asking = await again.fact(({ phase }) => phase === 'pairing', 'a new code')
  expect(asking.device).not.toBe(id.toaster)
  expect(phone.state.get(`homie/5/${id.toaster}/$state`)).toBe('')
  expect(await hub.end('SIGTERM')).toBe(0)
}, 90_000)

test('the whole home stops cleanly and finds its owner and its devices again', async () => {
  const [http, mqtt] = [await freePort(), await freePort()]
  const args = ['home', '--data', folder, '--http', `127.0.0.1:${http}`, '--mqtt', `127.0.0.1:${mqtt}`]
  const first = startProgram(args)
  const ready = await first.fact(({ event }) => event === 'ready', 'the home')
  const url = new URL(String(ready.url))
  const owner = await becomeOwner(url, new URL(String(ready.ownerLink)).hash.slice(1))
  for (const kind of KINDS) {
    const asking = await first.fact(({ event, kind: of }) => event === 'pairing' && of === kind, 'a code')
    await owner.post('/pair', { user_code: String(asking.userCode), answer: 'approved' })
    await first.fact(({ event, kind: of }) => event === 'online' && of === kind, `${kind} to be online`)
  }
  expect(await first.end('SIGINT')).toBe(0)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'hub')).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, 'hub', 'latchkey.db')).mode & 0o777).toBe(0o600)
  expect(statSync(join(folder, 'hub', 'keys.json')).mode & 0o777).toBe(0o600)
  for (const name of ['credentials.a', 'credentials.b', 'credentials.key']) {
    expect(statSync(join(folder, 'toaster', name)).mode & 0o777).toBe(0o600)
  }

  await using second = startProgram(args)
  const again = await second.fact(({ event }) => event === 'ready', 'the home again')
  expect(again.ownerLink).toBeUndefined()
  for (const kind of KINDS) {
    await second.fact(({ event, kind: of }) => event === 'online' && of === kind, `${kind} to be online`)
  }
  expect(second.facts.some(({ event }) => event === 'pairing')).toBe(false)
  expect((await owner.get('/pair')).url.pathname).toBe('/pair')
})

const run = promisify(execFile)
const tryToRun = async (args: readonly string[]) => {
  const program = startProgram(args)
  const code = await new Promise<number | null>((resolve) => program.process.once('exit', resolve))
  return { code, text: program.stderr() }
}
const trying = (again: Again) => async (args: readonly string[]) => {
  const { code, err } = await again.run({ args })
  return { code, text: err }
}

test('what cannot work is said in one line that names it and what to do', async () => {
  const [http, mqtt] = [await freePort(), await freePort()]
  const { hub } = await startHub(http, mqtt)
  await using _ = hub
  await using hubs = openAgain('hub/main.ts')
  await using devices = openAgain('device/main.ts')
  const [tryHub, tryDevice] = [trying(hubs), trying(devices)]
  const data = ['--data', join(folder, 'other')]
  const taken = await tryToRun(['hub', ...data, '--http', `127.0.0.1:${http}`, '--mqtt', 'off'])
  expect(taken).toEqual({
    code: 1,
    text: expect.stringMatching(/Cannot listen on 127\.0\.0\.1:\d+ \(LATCHKEY_HTTP\) as another program has this port/),
  })
  const same = await tryHub(['--data', folder, '--http', '127.0.0.1:0', '--mqtt', 'off'])
  expect(same).toEqual({ code: 1, text: expect.stringContaining('no other hub may use it') })
  const open = await tryHub([...data, '--http', '0.0.0.0:0', '--mqtt', 'off'])
  expect(open).toEqual({ code: 2, text: expect.stringContaining('without TLS') })
  const flag = await tryToRun(['hub', '--htpp', '1'])
  expect(flag).toEqual({ code: 2, text: expect.stringContaining("'--htpp'") })
  const kind = await tryDevice(['toothbrush'])
  expect(kind).toEqual({ code: 2, text: expect.stringContaining('thermostat, toaster, security') })
  const far = await tryDevice(['toaster', '--board', 'simulated', '--hub', 'http://192.168.1.5:8080'])
  expect(far).toEqual({ code: 2, text: expect.stringContaining('https:') })
  const file = await tryHub(['--data', '/dev/null/here', '--http', '127.0.0.1:0', '--mqtt', 'off'])
  expect(file).toEqual({
    code: 1,
    text: expect.stringMatching(/Cannot use \/dev\/null\/here\/hub as it must be a folder of ours/),
  })
  for (const { text } of [taken, same, open, flag, kind, far, file]) expect(text.trim().split('\n')).toHaveLength(1)
})

test('mosquitto reads and controls a device with a token', async ({ skip }) => {
  const found = await run('sh', ['-c', 'command -v mosquitto_sub']).catch(() => undefined)
  if (found === undefined) skip('mosquitto-clients is not installed')
  await using test = await startTestHome()
  const id = await test.pair('thermostat')
  const mqtt = test.home.hub.mqttPort
  const token = await test.accessToken()
  const as = ['-h', '127.0.0.1', '-p', String(mqtt), '-V', 'mqttv311', '-u', 'me', '-P', token]
  const target = `homie/5/${id}/climate/target`
  expect((await run('mosquitto_sub', [...as, '-t', target, '-C', '1', '-W', '5'])).stdout).toBe('20\n')
  await run('mosquitto_pub', [...as, '-t', `${target}/set`, '-m', '23.5', '-q', '1'])
  await until(
    async () => (await run('mosquitto_sub', [...as, '-t', target, '-C', '1', '-W', '5'])).stdout === '23.5\n',
    'mosquitto to read 23.5',
  )
  const wrong = ['-h', '127.0.0.1', '-p', String(mqtt), '-V', 'mqttv311', '-u', 'me', '-P', 'no token']
  await expect(run('mosquitto_sub', [...wrong, '-t', target, '-C', '1', '-W', '5'])).rejects.toMatchObject({ code: 5 })
})
