// The hub of a simulated home, and its place: it can stop, be killed and come back at the same address with what was on its disk.
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import type { Millis } from '#contract/time.ts'
import { type Accepted, type Hub, type HubOptions, SHORT_LIVED, startHub } from '../hub.ts'
import type { Line } from '../network/line.ts'
import { keepPort } from '../network/placeholder.ts'
import { openWire, sever } from '../network/wire.ts'
import { runAs } from '../time/participant.ts'
import type { Inhabitant, World } from './world.ts'

const LOOPBACK = '127.0.0.1'

export interface HubSlot extends AsyncDisposable {
  /** The hub that runs. Throws while none does. */
  readonly hub: Hub
  /** The same for every hub that runs here, also while none does. */
  readonly issuer: URL
  readonly isUp: boolean
  /** Whether the broker is there for those inside the home. */
  readonly takesConnections: boolean
  readonly as: Inhabitant
  /** The same, for connections from inside the home. */
  readonly within: Inhabitant
  readonly folder: string
  /** Opens a connection to the broker over `line`, and destroys it at once where no hub runs. */
  connect(from: Inhabitant, line: Line): Duplex
  /** Closes every connection to the broker, and takes no new one from within the home. */
  refuseConnections(refuse: boolean): void
  /** Leaves every connection of `from` half open: neither side is told. */
  abandon(from: Inhabitant): void
  /** As `kill -9`: nothing more is said or written. What was on disk at this moment is what the next start finds. */
  kill(): Promise<void>
  /** As SIGTERM. */
  stop(): Promise<void>
  start(): Promise<void>
}

export interface HubSlotOptions extends Pick<HubOptions, 'intercept' | 'meddle' | 'accessTokenLifetime'> {
  readonly world: World
  readonly log: Logger
  readonly pollInterval: Millis
  readonly observe: (message: Accepted) => void
}

/** The disk at this moment. LevelDB's own thread may be deleting files of its meanwhile: then again from the start. */
function copyWhole(from: string, to: string): void {
  for (let tries = 1; ; tries++) {
    try {
      cpSync(from, to, { recursive: true })
      return
    } catch (error) {
      const isGone = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      if (!isGone || tries === 10) throw error
      rmSync(to, { recursive: true, force: true })
    }
  }
}

export async function createHubSlot(options: HubSlotOptions): Promise<HubSlot> {
  const { world, log, pollInterval, observe, intercept, meddle, accessTokenLifetime } = options
  const as = world.inhabitant('hub', { timers: false })
  /** Connections from inside the home: there libraries' timers are on its clock as well. */
  const within: Inhabitant = { ...as, timers: true }
  const random = world.random('hub/names')
  const wires = new Set<{ readonly near: Duplex; readonly far: Duplex; readonly from: Inhabitant }>()
  /** Every connection that the broker has, also from outside of the home. */
  const streams = new Set<Duplex>()
  let life = 0
  let folder = join(world.folder, 'hub-0')
  let ports = { http: 0, mqtt: 0 }
  let running: Hub | undefined
  let issuer = new URL('http://localhost')
  let refusing = false
  /** Its ports while it is away: the machine would give them to anybody. */
  let kept: readonly AsyncDisposable[] = []
  const keepPorts = async () => {
    kept = await Promise.all([keepPort(ports.http), keepPort(ports.mqtt)])
  }
  const givePortsBack = async () => {
    await Promise.all(kept.map((port) => port[Symbol.asyncDispose]()))
    kept = []
  }

  const start = async (): Promise<void> => {
    if (running !== undefined) return
    await givePortsBack()
    const mine = ++life
    const hub = await runAs(as, () =>
      startHub({
        ...{ ...SHORT_LIVED, folder, log, clock: as.clock, pollInterval, random },
        http: { host: LOOPBACK, port: ports.http },
        mqtt: { host: LOOPBACK, port: ports.mqtt },
        ...{ mqtts: undefined, publicUrl: undefined, tls: { type: 'off' } },
        ...(intercept && { intercept }),
        meddle: (stream) => {
          const met = meddle?.(stream) ?? stream
          streams.add(met)
          met.once('close', () => streams.delete(met))
          return met
        },
        ...(accessTokenLifetime && { accessTokenLifetime }),
        // One that was killed may still be finishing in the dark.
        observe: (message) => {
          if (mine === life) observe(message)
        },
      }),
    )
    issuer = hub.publicUrl
    ports = { http: hub.httpPort, mqtt: hub.mqttPort ?? 0 }
    running = hub
  }
  const end = async (hub: Hub): Promise<void> => {
    running = undefined
    await runAs(as, () => hub[Symbol.asyncDispose]())
  }

  await start()
  return {
    as,
    within,
    get hub() {
      if (running === undefined) throw new Error('Cannot ask the hub as it must be running: it was stopped')
      return running
    },
    get issuer() {
      return issuer
    },
    get isUp() {
      return running !== undefined
    },
    get takesConnections() {
      return running !== undefined && !refusing
    },
    get folder() {
      return folder
    },
    connect(from, line) {
      const { near, far } = openWire(from, within, line)
      const hub = running
      if (hub === undefined || refusing) {
        near.destroy(new Error('connect ECONNREFUSED'))
        return near
      }
      const wire = { near, far, from }
      wires.add(wire)
      near.once('close', () => wires.delete(wire))
      runAs(within, () => hub.accept(far, LOOPBACK))
      return near
    },
    refuseConnections(refuse) {
      refusing = refuse
      if (refuse) for (const stream of streams) runAs(within, () => stream.destroy())
    },
    abandon(from) {
      for (const wire of wires) {
        if (wire.from !== from) continue
        sever(wire.near)
        sever(wire.far)
      }
    },
    async kill() {
      const hub = running
      if (hub === undefined) return
      life += 1
      const left = join(world.folder, `hub-${life}`)
      copyWhole(folder, left)
      for (const { near, far, from } of wires) {
        sever(far)
        sever(near)
        // The kernel closes what a dead process had open, and the other side is told.
        runAs(from, () => near.destroy())
      }
      await end(hub)
      rmSync(folder, { recursive: true, force: true })
      folder = left
      await keepPorts()
    },
    async stop() {
      if (running === undefined) return
      await end(running)
      await keepPorts()
    },
    start,
    async [Symbol.asyncDispose]() {
      await givePortsBack()
      if (running !== undefined) await end(running)
    },
  }
}
