// The agent as it is shipped: unpacked from its .deb, started by plain Node with its flags, with a grant on disk and a warm compile cache,
// as after every power cut but the first.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { systemClock } from '#contract/clock.ts'
import { millis, seconds } from '#contract/time.ts'
import { openPackaged, type Packaged } from '../packaged.ts'
import { becomeOwner } from '../person.ts'
import { freePort, type Program, startProgram } from '../processes.ts'
import { cpuMillis, privateMiB, residentMiB, writtenBytes } from './memory.ts'
import { type Figure, percentile } from './report.ts'

/** Starts that fill the cache and are not counted. */
const WARM_UP = 2

export async function agentFigures(rounds: number, idle = seconds(20)): Promise<readonly Figure[]> {
  using packaged = await openPackaged()
  const figures: Figure[] = []
  for (const wire of ['plain', 'TLS'] as const) {
    await using home = await openHome(packaged, wire)
    const starts: Start[] = []
    for (let round = 0; round < rounds + WARM_UP; round++) starts.push(await home.start())
    const counted = starts.slice(WARM_UP)
    const median = (of: (start: Start) => number) => percentile(counted.map(of), 0.5)
    const online = { value: median((start) => start.online), unit: 'ms' }
    if (wire === 'plain') {
      const decision = { value: median((start) => start.decision), unit: 'ms' }
      const busy = { value: median((start) => start.cpu), unit: 'ms' }
      figures.push(
        { name: 'agent, exec to first decision (median)', ...decision, reach: 'to reach: 150 ms' },
        { name: 'agent, exec to online over MQTT (median)', ...online, reach: 'to reach: 120 ms' },
        { name: 'agent, processor time to online over MQTT (median)', ...busy },
      )
    } else {
      figures.push({ name: 'agent, exec to online over MQTT with TLS (median)', ...online, reach: 'to reach: 250 ms' })
    }
    figures.push(...(await home.rest(idle)))
  }
  return figures
}

interface Start {
  readonly decision: number
  readonly online: number
  readonly cpu: number
}

async function openHome(packaged: Packaged, wire: 'plain' | 'TLS') {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const [http, mqtt] = [await freePort(), await freePort()]
  const data = ['--data', folder, '--http', `127.0.0.1:${http}`]
  const secure = ['--mqtt', 'off', '--mqtts', `127.0.0.1:${mqtt}`, '--tls', 'auto']
  const address = ['--public-url', `${wire === 'TLS' ? 'https' : 'http'}://localhost:${http}`]
  const wires = wire === 'TLS' ? secure : ['--mqtt', `127.0.0.1:${mqtt}`]
  const hub = stack.use(startProgram(['hub', ...data, ...wires, ...address]))
  const ready = await hub.fact(({ event }) => event === 'ready', 'the hub')
  const url = new URL(String(ready.url))
  const ca = join(folder, 'ca.pem')
  if (wire === 'TLS') {
    writeFileSync(ca, authorityOf(folder))
    // The owner believes it too.
    setDefaultCACertificates([...getCACertificates('default'), authorityOf(folder)])
  }
  const owner = await becomeOwner(url, new URL(String(ready.ownerLink)).hash.slice(1))
  const cache = join(folder, 'cache')
  mkdirSync(cache)
  const trust = wire === 'TLS' ? ['--ca', ca] : []
  const args = ['thermostat', '--config', packaged.hall, '--hub', url.origin, ...trust, '--data', folder]
  const startAgent = (node: readonly string[] = []) => packaged.start(args, { NODE_COMPILE_CACHE: cache }, node)
  const isOnline = (agent: Program) => agent.fact(({ phase }) => phase === 'online', 'the device to be in')

  await using first = startAgent()
  const asking = await first.fact(({ phase }) => phase === 'pairing', 'a code')
  const { userCode } = asking.authorization as { userCode: string }
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  await isOnline(first)
  await first.end('SIGTERM')

  const owned = stack.move()
  return {
    async start(): Promise<Start> {
      const begun = performance.now()
      await using agent = startAgent()
      await agent.fact(({ phase }) => phase === 'starting', 'its first decision')
      const decision = performance.now() - begun
      await isOnline(agent)
      const online = performance.now() - begun
      const cpu = cpuMillis(agent.process.pid ?? 0)
      await agent.end('SIGTERM')
      return { decision, online, cpu }
    },
    /** With every part of johnny-five loaded that a thermostat has, which this machine has no pins for. */
    async rest(length: number): Promise<readonly Figure[]> {
      await using agent = startAgent(['--import', loading(packaged)])
      await isOnline(agent)
      await systemClock.sleep(seconds(5))
      const pid = agent.process.pid ?? 0
      const before = { written: writtenBytes(pid), cpu: cpuMillis(pid) }
      await systemClock.sleep(millis(length))
      const perHour = 3_600_000 / length
      const name = `agent idle, ${wire === 'TLS' ? 'MQTT with TLS' : 'MQTT'}`
      return [
        { name: `${name}, resident`, value: residentMiB(pid), unit: 'MiB', reach: 'to reach: 68 MiB' },
        { name: `${name}, private dirty`, value: privateMiB(pid), unit: 'MiB', reach: 'to reach: 24 MiB' },
        {
          name: `${name}, written to disk in an hour`,
          value: (writtenBytes(pid) - before.written) * perHour,
          unit: 'B',
          reach: 'to reach: 0',
        },
        {
          name: `${name}, processor time of an hour`,
          value: ((cpuMillis(pid) - before.cpu) * perHour) / 1000,
          unit: 's',
        },
      ]
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** The PEM of the authority that a hub made for itself. */
function authorityOf(folder: string): string {
  const { cert } = JSON.parse(readFileSync(join(folder, 'hub', 'authority.json'), 'utf8')) as { readonly cert: string }
  return cert
}

const JOHNNY_FIVE = /^(relay|button|switch|led|lcd|thermometer|animation|rgb)-/

/** A module that loads them. */
function loading({ root }: Packaged): string {
  const library = join(root, 'usr/lib/latchkey')
  const parts = readdirSync(join(library, 'parts')).filter((name) => JOHNNY_FIVE.test(name))
  const file = join(library, 'johnny-five.mjs')
  writeFileSync(file, parts.map((name) => `import './parts/${name}'\n`).join(''))
  return file
}
