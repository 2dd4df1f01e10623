// `latchkey mock-hub` as a process of its own, controlled from outside as a test in another language does it.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as client from 'openid-client'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { seconds } from '#contract/time.ts'
import { startHub } from '../../simulator/mock-hub.ts'
import { COMPILED, openAgain } from '../again.ts'
import { until } from '../home.ts'
import { askForCode, connectDevice, poll, registerDevice } from './mock-hub-client.ts'

// Each starts a process, all of them at once, on a machine that may be busy with others.
vi.setConfig({ testTimeout: 60_000 })

const again = openAgain('simulator/mock-hub/main.ts')
afterAll(() => again[Symbol.asyncDispose]())

const PROGRAM = fileURLToPath(new URL('../../simulator/mock-hub/main.ts', import.meta.url))

type Fact = Readonly<Record<string, unknown>>

/** One request of the control API. */
const controlAt =
  (url: URL) =>
  async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const response = await fetch(new URL(path, url), sent)
    const text = await response.text()
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Fact | undefined }
  }

async function start(...args: readonly string[]) {
  // Ends with us, also where we are killed.
  const child = spawn(process.execPath, [PROGRAM, '--json', '--end-with-stdin', ...args], {
    stdio: 'pipe',
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
  })
  const facts: Fact[] = []
  createInterface({ input: child.stdout }).on('line', (line) => facts.push(JSON.parse(line) as Fact))
  const ready = await until(() => facts.find(({ event }) => event === 'ready'), 'the mock hub to be ready', seconds(50))
  const issuer = new URL(String(ready.issuer))
  return {
    ...{ child, facts, issuer },
    mqttUrl: new URL(String(ready.mqtt)),
    control: controlAt(new URL(String(ready.control))),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await end(child, 'SIGKILL')
    },
  }
}

const end = (child: ChildProcess, signal: NodeJS.Signals) =>
  new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, by) => resolve(code ?? by))
    child.kill(signal)
  })

const foldersOf = ({ pid }: ChildProcess) =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('latchkey-mock-hub-') && name.includes(`-${pid}-`))

describe.concurrent('latchkey mock-hub', () => {
  test('says who asks, lets in whoever does, answers as planned, and ends cleanly', async () => {
    await using hub = await start('--answers', '503,slow_down', '--tokens', '1m', '--approve-all')
    const device = await registerDevice(hub)
    const asked = await askForCode(device)
    await expect(poll(device, asked)).rejects.toMatchObject({ cause: { status: 503 } })
    await until(() => hub.facts.find(({ state }) => state === 'approved'), 'it to be let in')
    await expect(
      client.genericGrantRequest(device.config, GRANT, { device_code: asked.device_code }),
    ).rejects.toMatchObject({ error: 'slow_down' })
    expect((await poll(device, asked)).expires_in).toBe(60)
    expect(
      hub.facts.slice(1).map(({ event, clientId, userCode, state }) => [event, clientId, userCode, state]),
    ).toEqual(['waiting', 'approved', 'granted'].map((state) => ['code', device.id, asked.user_code, state]))
    expect(foldersOf(hub.child)).toHaveLength(1)
    expect(await end(hub.child, 'SIGTERM')).toBe(0)
    expect(foldersOf(hub.child)).toEqual([])
  })

  test('is controlled by JSON over HTTP', async () => {
    await using hub = await start()
    const { control } = hub
    const device = await registerDevice(hub)
    const asked = await askForCode(device)
    const answers = ['access_denied', { status: 400, body: { error: 'slow_down' } }]
    expect(await control('POST', 'next', { answers })).toEqual({ status: 200, body: { planned: 2 } })
    await expect(poll(device, asked)).rejects.toMatchObject({ error: 'access_denied' })
    expect(await control('POST', 'reset')).toEqual({ status: 204, body: undefined })
    expect(await control('GET', 'codes')).toMatchObject({ body: { codes: [{ userCode: asked.user_code }] } })
    expect((await control('POST', 'approve', { userCode: asked.user_code })).status).toBe(204)
    expect((await control('POST', 'tokens', { lifetime: '30s' })).status).toBe(204)
    const tokens = await poll(device, asked)
    expect(tokens.expires_in).toBe(30)
    expect(await control('GET', 'requests')).toMatchObject({
      body: { requests: [{ endpoint: 'token', grantType: 'device_code', clientId: device.id, status: 200 }] },
    })

    await using connection = await connectDevice(hub.mqttUrl, { ...device, tokens })
    const topic = `homie/5/${device.id}/climate/target`
    await connection.publishAsync(topic, '20', { qos: 1 })
    expect((await control('GET', 'messages')).body).toMatchObject({
      messages: expect.arrayContaining([expect.objectContaining({ topic, payload: '20', from: device.id })]),
    })
    await connection.subscribeAsync(`homie/5/${device.id}/+/+/set`)
    const told = new Promise((resolve) => connection.once('message', (at, payload) => resolve(`${at} ${payload}`)))
    expect((await control('POST', 'publish', { topic: `${topic}/set`, payload: '22' })).status).toBe(204)
    expect(await told).toBe(`${topic}/set 22`)
    expect((await control('POST', 'refuse', { how: 3 })).status).toBe(204)
    await expect(connectDevice(hub.mqttUrl, { ...device, tokens })).rejects.toMatchObject({ code: 3 })
    expect((await control('POST', 'accept')).status).toBe(204)
    expect((await control('POST', 'disturb', { delay: '10ms' })).status).toBe(204)

    const { body } = await control('GET', 'access-token?scope=openid%20home:read')
    expect(body).toEqual({ accessToken: expect.stringMatching(/^eyJ/) })
    for (const index of ['', '/_mock']) {
      const { status, body: list } = await control('GET', index)
      expect(status).toBe(200)
      expect(list?.routes).toEqual(expect.arrayContaining(['GET /_mock/requests', 'POST /_mock/approve']))
    }
    expect((await control('POST', 'rotate-keys', { keep: false })).status).toBe(204)
    expect((await control('POST', 'revoke', { clientId: device.id })).status).toBe(204)
  })

  test('refuses in words what it cannot do, and pages of other sites', async () => {
    await using hub = await startHub()
    const control = controlAt(hub.controlUrl)
    const refused = { type: 'about:blank', title: expect.any(String) }
    expect(await control('POST', 'next', { answers: ['nonsense'] })).toMatchObject({
      status: 400,
      body: { ...refused, detail: expect.stringContaining('at "answers.0" as it is refused: an answer is') },
    })
    expect(await control('POST', 'next', { answers: [1000] })).toMatchObject({ status: 400 })
    expect(await control('POST', 'approve', { code: 'WDJB-MJHT' })).toMatchObject({ status: 400 })
    expect(await control('POST', 'approve', { userCode: 'WDJB-MJHT' })).toMatchObject({
      status: 409,
      body: { ...refused, detail: 'Cannot decide about the code WDJB-MJHT as a device must show it: none does' },
    })
    expect(await control('POST', 'disconnect', { clientId: 'nobody' })).toMatchObject({ status: 409 })
    expect(await control('GET', 'nothing')).toMatchObject({ status: 404 })
    expect(await control('GET', 'access-token?scope=home:read%20nope')).toMatchObject({
      status: 400,
      body: { ...refused, detail: expect.stringMatching(/each must be one of openid, .*home:read.*: got "nope"$/) },
    })
    expect(await control('POST', 'reset', {}, { origin: 'https://example.org' })).toMatchObject({ status: 403 })
    expect(await control('POST', 'reset', {}, { origin: hub.issuer.origin })).toMatchObject({ status: 204 })
    // DNS rebinding: somebody's name for our address.
    const rebound = new Promise((resolve, reject) => {
      const headers = { host: `evil.example:${hub.issuer.port}` }
      request(new URL('/_mock/requests', hub.issuer), { headers }, (response) => resolve(response.statusCode))
        .on('error', reject)
        .end()
    })
    expect(await rebound).toBe(403)
  })

  test('ends with the program that started it', async () => {
    await using hub = await start()
    const exited = new Promise((resolve) => hub.child.once('exit', resolve))
    hub.child.stdin.end()
    expect(await exited).toBe(0)
    expect(foldersOf(hub.child)).toEqual([])
  })

  test('what a killed one has left is gone at the next start', async () => {
    const killed = await start()
    expect(foldersOf(killed.child)).toHaveLength(1)
    expect(await end(killed.child, 'SIGKILL')).toBe('SIGKILL')
    await using next = await start()
    expect(foldersOf(killed.child)).toEqual([])
    expect(foldersOf(next.child)).toHaveLength(1)
  })

  test.for([
    { args: ['--answers', 'nonsense'], says: 'Cannot plan an answer as it must be one of authorization_pending' },
    { args: ['--tokens', 'ten'], says: 'Cannot read a length of time as it must be like 8h' },
    { args: ['--http', '0.0.0.0:0'], says: "Cannot use http as it must be a port of this machine's loopback" },
    { args: ['--nonsense'], says: "Unknown option '--nonsense'" },
  ])('wrong usage: $args', async ({ args, says }) => {
    const { code, out, err } = await again.run({ args })
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain(says)
    expect(err.trim().split('\n')).toHaveLength(1)
  })
})

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
