// The token endpoint on one pinned core, with SQLite as it is in use (`synchronous=FULL`) and TLS off. Beside it what one ES256 signature
// costs on the same machine: the least that a grant can cost.
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { Pool } from 'undici'
import { type BareDevice, createBareDevice } from '../hub/authorization/device-client.ts'
import { becomeOwner, createPerson, OWNER, type Person } from '../person.ts'
import { PEER, type Peer, refreshOfPeer } from './bare-library.ts'
import { deviceGrants } from './grants.ts'
import { type Figure, percentile } from './report.ts'

const CONNECTIONS = 10
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

interface Begun {
  readonly url: string
  readonly peer: Peer
  readonly ownerKey: string
  readonly registrationTokens: readonly string[]
}

export interface TokenBench {
  readonly milliseconds: number
  /** Whole device grants. */
  readonly grants: number
  /** Devices that wait while a person signs in. */
  readonly stormOf: number
}

/** Asks for `milliseconds` what `ask` makes, from as many connections as a busy household has, and measures the server meanwhile. */
export async function tokenFigures(options: TokenBench): Promise<readonly Figure[]> {
  const { milliseconds, grants, stormOf } = options
  const program = fileURLToPath(new URL('./token-server.ts', import.meta.url))
  const child = spawn('taskset', ['-c', '0', process.execPath, program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const [begun] = (await once(child, 'message')) as [Begun]
  const base = new URL(begun.url)
  const pool = new Pool(base.origin, { connections: CONNECTIONS })
  const peer = new Pool(new URL(begun.peer.url).origin, { connections: CONNECTIONS })
  try {
    const owner = await becomeOwner(base, begun.ownerKey)
    const [forService = '', forPage = ''] = begun.registrationTokens
    const service = await register(base, forService, { grant_types: ['client_credentials'], redirect_uris: [] })
    const measure = (name: string, ask: () => Promise<Call>, reach?: string) =>
      measured({ child, pool, name, ask, milliseconds, ...(reach !== undefined && { reach }) })
    const credentials = (who: Registered) => async () => ({
      form: { grant_type: 'client_credentials', scope: 'home:read' },
      headers: { authorization: `Basic ${Buffer.from(`${who.client_id}:${who.client_secret}`).toString('base64')}` },
    })
    const paired = await pair(base, owner)
    const waiting = await createBareDevice(base)
    const { deviceCode } = await waiting.askForCode()
    return [
      { name: 'ES256 signatures, nothing else', value: signaturesPerSecond(milliseconds), unit: '/s' },
      ...(await measure('client credentials', credentials(service), '1,500 /s')),
      ...(await measured({
        child,
        pool: peer,
        name: 'client credentials, bare library',
        ask: credentials(PEER),
        milliseconds,
      })),
      ...(await measure('refresh by a device', () => refreshOf(paired), '1,000 /s')),
      ...(await measured({
        child,
        pool: peer,
        name: 'refresh, bare library',
        ask: () => refreshOfPeer(begun.peer),
        milliseconds,
      })),
      ...(await measure('pending poll by a device', () => pollOf(waiting, deviceCode))),
      ...(await rotations({ child, pool, base, owner, token: forPage, milliseconds })),
      ...(await deviceGrants({ base, owner, count: grants, cpu: () => cpuOf(child) })),
      ...(await storm(base, stormOf, milliseconds)),
    ]
  } finally {
    await Promise.all([pool.destroy(), peer.destroy()])
    child.send('end')
    await once(child, 'exit')
  }
}

interface Call {
  readonly form: Record<string, string>
  readonly headers?: Record<string, string>
}

interface Measuring {
  readonly child: ChildProcess
  readonly pool: Pool
  readonly name: string
  readonly ask: () => Promise<Call>
  readonly milliseconds: number
  readonly reach?: string
  /** What it expects, and does with the answer. */
  readonly heard?: (status: number, body: Record<string, unknown>) => void
}

async function measured(options: Measuring): Promise<readonly Figure[]> {
  const { child, pool, name, ask, milliseconds, reach, heard } = options
  const one = async () => {
    const { form, headers } = await ask()
    const begun = performance.now()
    const answer = await pool.request({
      ...{ path: '/oauth/token', method: 'POST', headers: { ...FORM, ...headers } },
      body: new URLSearchParams(form).toString(),
    })
    const body = (await answer.body.json()) as Record<string, unknown>
    const took = performance.now() - begun
    if (answer.statusCode !== 200 && body.error !== 'authorization_pending' && body.error !== 'slow_down') {
      throw new Error(`${name} answered ${answer.statusCode}: ${JSON.stringify(body)}`)
    }
    heard?.(answer.statusCode, body)
    return took
  }
  // The first ones compile what the others run.
  for (let n = 0; n < 50; n++) await one()
  const times: number[] = []
  const before = await cpuOf(child)
  const begun = performance.now()
  await Promise.all(
    Array.from({ length: heard === undefined ? CONNECTIONS : 1 }, async () => {
      while (performance.now() - begun < milliseconds) times.push(await one())
    }),
  )
  const wall = (performance.now() - begun) / 1000
  const cpu = (await cpuOf(child)) - before
  return [
    { name, value: times.length / wall, unit: '/s', ...(reach !== undefined && { reach }) },
    { name: `${name}, per CPU second`, value: times.length / cpu, unit: '/s' },
    { name: `${name}, p50`, value: percentile(times, 0.5), unit: 'ms' },
    { name: `${name}, p99`, value: percentile(times, 0.99), unit: 'ms' },
  ]
}

async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu')
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return (user + system) / 1e6
}

function signaturesPerSecond(milliseconds: number): number {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const data = randomBytes(600)
  const begun = performance.now()
  let count = 0
  for (; performance.now() - begun < milliseconds; count++) sign('sha256', data, key)
  return count / ((performance.now() - begun) / 1000)
}

interface Registered {
  readonly client_id: string
  readonly client_secret?: string
}

async function register(base: URL, token: string, metadata: object): Promise<Registered> {
  const answer = await fetch(new URL('/oauth/register', base), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ client_name: 'Bench', ...metadata }),
  })
  return (await answer.json()) as Registered
}

interface Paired {
  readonly device: BareDevice
  readonly refreshToken: string
}

async function pair(base: URL, owner: Person): Promise<Paired> {
  const device = await createBareDevice(base)
  const { deviceCode, userCode } = await device.askForCode()
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  const { body } = await device.redeem(deviceCode)
  return { device, refreshToken: String(body.refresh_token) }
}

const asserted = async (device: BareDevice, form: Record<string, string>): Promise<Call> => ({
  form: {
    ...{ ...form, client_id: device.id, client_assertion: await device.assertion() },
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  },
})

const refreshOf = ({ device, refreshToken }: Paired) =>
  asserted(device, { grant_type: 'refresh_token', refresh_token: refreshToken })

const pollOf = (device: BareDevice, deviceCode: string) =>
  asserted(device, { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: deviceCode })

/** A public program: each refresh takes the place of the one before, so it asks one after the other. */
async function rotations(options: Omit<Measuring, 'name' | 'ask'> & { base: URL; owner: Person; token: string }) {
  const { base, owner, token, ...measuring } = options
  const redirect = 'http://127.0.0.1/callback'
  const app = await register(base, token, {
    ...{ token_endpoint_auth_method: 'none', application_type: 'native', redirect_uris: [redirect] },
    grant_types: ['authorization_code', 'refresh_token'],
  })
  const verifier = randomBytes(32).toString('base64url')
  const challenge = await crypto.subtle.digest('SHA-256', Buffer.from(verifier))
  const query = new URLSearchParams({
    ...{ client_id: app.client_id, redirect_uri: redirect, response_type: 'code', scope: 'openid home:read' },
    ...{ code_challenge: Buffer.from(challenge).toString('base64url'), code_challenge_method: 'S256' },
  })
  const page = await owner.get(`/oauth/authorize?${query}`)
  const back = await owner.follow(page.url.pathname, (to) => to.origin !== base.origin, { answer: 'approved' })
  const first = await fetch(new URL('/oauth/token', base), {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code: back.searchParams.get('code') ?? '', redirect_uri: redirect },
      ...{ client_id: app.client_id, code_verifier: verifier },
    }),
  })
  let refreshToken = String(((await first.json()) as Record<string, unknown>).refresh_token)
  return measured({
    ...{ ...measuring, name: 'refresh with rotation, one by one' },
    ask: async () => ({ form: { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: app.client_id } }),
    heard: (_status, body) => {
      refreshToken = String(body.refresh_token)
    },
  })
}

/** So many devices wait and poll as they were asked to, from a process of their own, while a person signs in again and again. */
async function storm(base: URL, count: number, milliseconds: number): Promise<readonly Figure[]> {
  const program = fileURLToPath(new URL('./storm.ts', import.meta.url))
  const devices = spawn(process.execPath, [program, base.href, String(count)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  await once(devices, 'message')
  const times: number[] = []
  const begun = performance.now()
  while (performance.now() - begun < Math.max(milliseconds, 1000) || times.length < 20) {
    const person = createPerson(base)
    const started = performance.now()
    const { status } = await person.post('/sign-in', { ...OWNER, return_to: '/pair' })
    times.push(performance.now() - started)
    if (status !== 200) throw new Error(`sign-in answered ${status}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  devices.send('end')
  const [{ polls, seconds }] = (await once(devices, 'message')) as [{ polls: number; seconds: number }]
  const name = `sign-in while ${count.toLocaleString('en')} devices poll`
  return [
    { name: `${name}, p50`, value: percentile(times, 0.5), unit: 'ms' },
    { name: `${name}, p95`, value: percentile(times, 0.95), unit: 'ms', reach: '200 ms' },
    { name: `${name}: their polls`, value: polls / seconds, unit: '/s' },
  ]
}
