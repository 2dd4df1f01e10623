// A small fleet of real processes: the program, the hub it starts for itself, or one that was there before.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeDevice } from '#contract/description.ts'
import { KINDS } from '#contract/ids.ts'
import { propertyAt } from '#contract/kinds.ts'
import { decodePayload, formatPayload, type PropertyPath } from '#contract/property.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { createLife } from '../../simulator/fleet/life.ts'
import { isGood, type Mark, type Measured, type Report, reportOf } from '../../simulator/fleet/report.ts'
import { readFleetConfig } from '../../simulator/fleet/settings.ts'
import { createTally } from '../../simulator/fleet/tally.ts'
import { readUsage } from '../../simulator/fleet/usage.ts'
import { randomStream } from '../../simulator/random.ts'
import { signIn, until } from '../home.ts'
import { becomeOwner, OWNER } from '../person.ts'
import { freePort, startProgram } from '../processes.ts'
import { watch } from '../watcher.ts'

const PROGRAM = fileURLToPath(new URL('../../simulator/fleet/main.ts', import.meta.url))

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  readonly pid: number
  readonly facts: readonly { readonly event: string; readonly [name: string]: unknown }[]
  readonly code: Promise<number | null>
  readonly stderr: () => string
  readonly report: () => Report
  readonly kill: (signal: NodeJS.Signals) => void
}

/** Runs the program with its temporary folders below ours, so that what it leaves behind is seen. */
function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', TMPDIR: folder, NODE_NO_WARNINGS: '1', ...env },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const facts = () =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Run['facts'][number])
  return {
    pid: child.pid ?? 0,
    get facts() {
      return facts()
    },
    code: new Promise((resolve) => child.once('close', (code) => resolve(code))),
    stderr: () => stderr,
    report: () => {
      const last = facts().at(-1)
      if (last?.event !== 'report') throw new Error(`no report: ${stdout} ${stderr}`)
      return last as unknown as Report
    },
    kill: (signal) => child.kill(signal),
  }
}

/** The processes that `pid` has started. */
const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)

test('a fleet pairs, connects, publishes and renews, all of it is counted, and nothing is left behind', async () => {
  const fleet = run(['--devices', '12', '--for', '9s', '--rate', '2', '--token-lifetime', '8s', '--json'])
  await until(() => fleet.facts.some(({ event }) => event === 'hub'), 'the hub')
  const hubs = childrenOf(fleet.pid)
  expect(hubs).toHaveLength(1)
  expect(await fleet.code, fleet.stderr()).toBe(0)

  const { devices, pairing, holding, messages, tokens, hub, fleet: own, troubles, stopped } = fleet.report()
  expect({ devices, troubles, stopped }).toEqual({
    devices: { asked: 12, paired: 12, held: 12, lost: 0, left: 0 },
    troubles: {},
    stopped: false,
  })
  // One poll's interval at least, which is two seconds.
  expect(pairing.p50).toBeGreaterThan(2)
  expect(pairing.p99).toBeGreaterThanOrEqual(pairing.p50 ?? Number.NaN)
  expect(pairing.perSecond).toBeCloseTo(12 / pairing.seconds, 1)
  expect(holding.asked).toBe(24)
  expect(holding.published).toBeGreaterThan(20)
  expect(holding.published).toBeLessThan(27)
  expect(holding.delivered).toBeGreaterThan(20)
  expect(holding.p99).toBeLessThan(1000)
  // Each device says init, who it is, seven properties or more, and ready.
  expect(messages.published).toBeGreaterThan(12 * 10 + 9 * 20)
  expect(messages).toEqual({ ...messages, delivered: messages.published, missing: 0 })
  expect(tokens.refreshed).toBeGreaterThanOrEqual(12)
  expect(hub.residentMiB).toBeGreaterThan(50)
  expect(hub.peakMiB).toBeGreaterThanOrEqual(hub.residentMiB ?? Number.NaN)
  expect(hub.pairingCpuSeconds).toBeGreaterThan(0)
  expect(own.residentMiB).toBeGreaterThan(50)

  expect(readdirSync(folder)).toEqual([])
  for (const pid of hubs) expect(existsSync(`/proc/${pid}`)).toBe(false)
}, 40_000)

test('a fleet that is interrupted says what it has measured, and leaves nothing behind', async () => {
  const fleet = run(['--devices', '6', '--for', '10m', '--rate', '1', '--json'])
  await until(() => fleet.facts.some(({ event, held }) => event === 'progress' && held === 6), 'all to be held')
  const hubs = childrenOf(fleet.pid)
  fleet.kill('SIGINT')
  expect(await fleet.code, fleet.stderr()).toBe(0)
  expect(fleet.report()).toMatchObject({ stopped: true, devices: { asked: 6, paired: 6, held: 6 } })
  expect(readdirSync(folder)).toEqual([])
  for (const pid of hubs) expect(existsSync(`/proc/${pid}`)).toBe(false)
}, 40_000)

test('the hub of a fleet that was killed goes by itself, with its folder', async () => {
  const fleet = run(['--devices', '3', '--for', '10m', '--json'])
  await until(() => fleet.facts.some(({ event }) => event === 'hub'), 'the hub')
  const hubs = childrenOf(fleet.pid)
  fleet.kill('SIGKILL')
  await fleet.code
  await until(() => hubs.every((pid) => !existsSync(`/proc/${pid}`)), 'the hub to go')
  expect(readdirSync(folder)).toEqual([])
}, 40_000)

test('a fleet whose hub dies says so and fails', async () => {
  const fleet = run(['--devices', '3', '--for', '10m', '--json'])
  await until(() => fleet.facts.some(({ event, held }) => event === 'progress' && held === 3), 'all to be held')
  for (const pid of childrenOf(fleet.pid)) process.kill(pid, 'SIGKILL')
  expect(await fleet.code).toBe(1)
  expect(fleet.stderr()).toBe('Cannot measure the hub to the end as it must run: got its end\n')
  expect(readdirSync(folder)).toEqual([])
}, 40_000)

test("somebody's hub is joined by an account, its limits are said, and its home is left as it was", async () => {
  const port = '127.0.0.1:0'
  await using hub = startProgram(['hub', '--data', join(folder, 'data'), '--http', port, '--mqtt', port])
  const ready = await hub.fact(({ event }) => event === 'ready', 'the hub')
  const url = new URL(String(ready.url))
  const owner = await becomeOwner(url, new URL(String(ready.ownerLink)).hash.slice(1))
  await using phone = await watch({ port: Number(ready.mqttPort), token: await signIn(url, owner) })
  const account = { LATCHKEY_OWNER_NAME: OWNER.name, LATCHKEY_OWNER_PASSWORD: OWNER.password }

  const fleet = run(['--hub', url.origin, '--devices', '62', '--for', '1s', '--rate', '1', '--json'], account)
  // Sixty an address and ten minutes may register: the other two are told no.
  expect(await fleet.code, fleet.stderr()).toBe(1)
  const { devices, troubles, hub: used } = fleet.report()
  expect(devices).toEqual({ asked: 62, paired: 60, held: 60, lost: 0, left: 0 })
  expect(troubles).toEqual({ 'registration: 429 temporarily_unavailable': 2 })
  expect(used.residentMiB).toBeNull()

  const described = phone.log.filter(({ topic, payload }) => topic.endsWith('/$description') && payload !== '')
  const kinds = described.map(({ payload }) => (JSON.parse(payload) as { readonly type: string }).type)
  expect(new Set(kinds)).toEqual(new Set(KINDS))
  const headers = { authorization: `Bearer ${await signIn(url, owner)}` }
  expect(await (await fetch(new URL('/api/devices', url), { headers })).json()).toEqual({ devices: [] })
  await using later = await watch({ port: Number(ready.mqttPort), token: await signIn(url, owner), clientId: 'later' })
  await later.client.subscribeAsync('homie/5/#')
  expect(later.log.filter(({ payload }) => payload !== '')).toEqual([])

  const wrong = run(['--hub', url.origin], { ...account, LATCHKEY_OWNER_PASSWORD: 'another one' })
  expect(await wrong.code).toBe(1)
  expect(wrong.stderr()).toMatch(
    /^Cannot sign in at \S+ as it must know this account: got LATCHKEY_OWNER_NAME and .*\n$/,
  )
}, 60_000)

test('a hub that is not there is said in one line', async () => {
  const account = { LATCHKEY_OWNER_NAME: 'Robin', LATCHKEY_OWNER_PASSWORD: 'a password' }
  const issuer = `http://127.0.0.1:${await freePort()}`
  const fleet = run(['--hub', issuer, '--devices', '1'], account)
  expect(await fleet.code).toBe(1)
  expect(fleet.stderr()).toBe(`Cannot join ${issuer} as there must be a hub: got ECONNREFUSED\n`)
})

test.for([
  { args: ['--devices', '0'], says: '--devices' },
  { args: ['--devices', '1.5'], says: '--devices' },
  { args: ['--rate', 'often'], says: '--rate' },
  { args: ['--for', 'ever'], says: '--for' },
  { args: ['--token-lifetime', '3s'], says: '--token-lifetime' },
  { args: ['--hub', 'not a url'], says: '--hub' },
  { args: ['--hub', 'http://192.168.1.5:8080'], says: 'https' },
  { args: ['--hub', 'http://localhost:8080/here'], says: '--hub' },
  { args: ['--hub', 'http://localhost:8080'], says: 'LATCHKEY_OWNER_PASSWORD' },
  { args: ['--hub', 'http://localhost:8080', '--token-lifetime', '1m'], says: '--token-lifetime' },
  { args: ['--devcies', '3'], says: '--devcies' },
])('wrong usage is said: $args', ({ args, says }) => {
  expect(() => readFleetConfig(args, {})).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(says) }),
  )
})

test('wrong usage is one line and exit code 2, and help is none', async () => {
  const wrong = run(['--devices', 'many'])
  expect(await wrong.code).toBe(2)
  expect(wrong.stderr()).toBe('Cannot use --devices as it must be a whole number from 1: got something else\n')
  expect(readFleetConfig(['--help'], {})).toBe('help')
  expect(readFleetConfig(['--devices', '5', '--rate', '0.5'], {})).toMatchObject({
    ...{ devices: 5, rate: 0.5, holdFor: seconds(30), hub: { type: 'own' } },
  })
})

test.for(KINDS)('a light %s says what its description promises, and nothing else', (kind) => {
  const life = createLife(kind, { at: { wall: 0 as never, uptime: millis(0) }, random: randomStream(7, kind) })
  const { nodes } = describeDevice({ kind, name: 'One', version: 1, zones: life.zones })
  const described = (path: string) => {
    const [node = '', property = ''] = path.split('/')
    return nodes[node]?.properties[property]
  }
  const check = (path: PropertyPath, value: Parameters<typeof formatPayload>[1]) => {
    const property = propertyAt(kind, path)
    expect(described(path), path).toBeDefined()
    if (property === undefined) throw new Error(`${path} is no property of ${kind}`)
    expect(decodePayload(property, formatPayload(property, value)), path).toEqual({
      ok: true,
      value: expect.anything(),
    })
  }
  for (const [path, value] of Object.entries(life.properties())) check(path as PropertyPath, value)
  const said = Array.from({ length: 500 }, () => life.next())
  for (const { path, value } of said) check(path, value)
  // It is no broken record: what it says changes.
  expect(new Set(said.map(({ path, value }) => `${path} ${JSON.stringify(value)}`)).size).toBeGreaterThan(8)
  const faults = said.filter(({ value }) =>
    ['fault', 'sensor-fault', 'heat-failure', 'triggered'].includes(String(value)),
  )
  expect(faults).toEqual([])
})

test('a report compares marks, and is good only when everybody was there to the end and was heard', () => {
  const mark = (at: number, counts: object, cpuSeconds: number): Mark => ({
    at: at as Millis,
    counts: { paired: 0, held: 0, lost: 0, published: 0, delivered: 0, refreshed: 0, ...counts },
    hub: { residentMiB: 100, peakMiB: 120, cpuSeconds },
    fleet: undefined,
  })
  const { pairings, deliveries } = createTally()
  for (let n = 1; n <= 100; n++) pairings.record(seconds(n))
  const measured: Measured = {
    ...{
      asked: 4,
      rate: 2,
      left: 0,
      watcherLost: undefined,
      stopped: false,
      troubles: new Map(),
      pairings,
      deliveries,
    },
    begin: mark(1000, {}, 1),
    allIn: mark(3000, { paired: 4, held: 4, published: 40, delivered: 38 }, 3),
    end: mark(13_000, { paired: 4, held: 4, published: 120, delivered: 118 }, 3.5),
    ...{ published: 121, delivered: 121, missing: 0 },
  }
  const report = reportOf(measured)
  expect(report.pairing).toMatchObject({ seconds: 2, perSecond: 2 })
  expect(report.pairing.p50).toBeCloseTo(50, 0)
  expect(report.pairing.p99).toBeCloseTo(99, 0)
  expect(report.holding).toMatchObject({ seconds: 10, asked: 8, published: 8, delivered: 8, p50: null })
  expect(report.hub).toEqual({ residentMiB: 100, peakMiB: 120, pairingCpuSeconds: 2, holdingCpuSeconds: 0.5 })
  expect(report.fleet).toEqual({ residentMiB: null, cpuSeconds: null })
  expect(isGood(report)).toBe(true)
  const worse = (change: Partial<Measured>) => isGood(reportOf({ ...measured, ...change }))
  expect(worse({ asked: 5 })).toBe(false)
  expect(worse({ missing: 1 })).toBe(false)
  expect(worse({ left: 1 })).toBe(false)
  expect(worse({ troubles: new Map([['registration: 429', 1]]) })).toBe(false)
  expect(worse({ asked: 5, stopped: true })).toBe(true)
  const blind = reportOf({ ...measured, watcherLost: 'closed by the hub' })
  expect(blind.holding.delivered).toBeNull()
  expect(isGood(blind)).toBe(false)
})

test('what a process uses is read as proc(5) writes it, whatever its name', () => {
  const status = 'Name:\ta) (b\nVmHWM:\t  204800 kB\nVmRSS:\t  102400 kB\n'
  const stat = '42 (a) (b c) S 1 42 42 0 -1 4194560 9 0 0 0 250 150 0 0 20 0 11 0 1 1 1'
  expect(readUsage(status, stat)).toEqual({ residentMiB: 100, peakMiB: 200, cpuSeconds: 4 })
  // One that has ended and is not waited for yet has no memory.
  expect(readUsage('Name:\tnode\nState:\tZ (zombie)\n', stat)).toBeUndefined()
})
