// A device in a simulated home: the product's own agent on simulated hardware, with a plug that can be pulled and a cable that can be cut.
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { DeviceId, Kind } from '#contract/ids.ts'
import { KIND_NAMES } from '#contract/kinds.ts'
import { seconds } from '#contract/time.ts'
import { type Agent, startAgent } from '../../device/agent.ts'
// The agent loads it once it regulates; from the disk, where the barrier of time does not see it. Here it is loaded before.
import '../../device/membership.ts'
import { type Hardware, refuse } from '../../device/control.ts'
import type { Network } from '../../device/network.ts'
import type { Product } from '../../device/run.ts'
import type { Status } from '../../device/status.ts'
import { createLine, type Line } from '../network/line.ts'
import { silence } from '../network/silence.ts'
import { runAs, runOutside } from '../time/participant.ts'
import type { HubSlot } from './hub-slot.ts'
import type { Inhabitant, World } from './world.ts'

/** A minute and not the agent's fifteen seconds: most of what a quiet home says would be pings. */
const KEEP_ALIVE = seconds(60)

export interface DeviceSlot extends AsyncDisposable {
  readonly kind: Kind
  readonly as: Inhabitant
  readonly line: Line
  readonly status: Status
  readonly folder: string
  readonly isPowered: boolean
  /** The name the hub gave it. Throws before it has one. */
  readonly id: DeviceId
  /** Asks for a new code, where it waits for a person. */
  pair(): void
  /** Pulls the plug: nothing more is said, switched or written; the disk is as it was at this moment. */
  cutPower(): Promise<void>
  restorePower(): Promise<void>
  /** Cuts the power in the middle of this agent's file request number `count` from now, before it is carried out. */
  cutPowerAtRequest(count: number): void
  onStatus: ((status: Status) => void) | undefined
}

/** Makes the product anew at each start, on hardware that is always the same. */
export type OpenProduct<Reading, Actuators> = (
  folder: string,
  hardware: Hardware<Reading, Actuators>,
  clock: Clock,
) => Promise<Product<unknown, Reading, Actuators>>

export interface DeviceSlotOptions<Reading, Actuators> {
  readonly world: World
  readonly hub: HubSlot
  readonly kind: Kind
  readonly log: Logger
  readonly hardware: Hardware<Reading, Actuators>
  readonly open: OpenProduct<Reading, Actuators>
  /** What the network does with a request before it is sent; a fault's. */
  readonly divert: (url: URL, signal: AbortSignal) => Promise<Response> | undefined
}

export async function createDeviceSlot<Reading, Actuators>(
  options: DeviceSlotOptions<Reading, Actuators>,
): Promise<DeviceSlot> {
  const { world, hub, kind, hardware, open, divert } = options
  const as = world.inhabitant(kind)
  const line = createLine(as.clock)
  const random = world.random(`${kind}/agent`)
  const log = options.log.child({ device: kind })
  let life = 0
  let folder = join(world.folder, `${kind}-0`)
  let status: Status = { phase: 'starting' }
  let id: DeviceId | undefined
  let running: { readonly agent: Agent; readonly plug: Plug<Reading, Actuators> } | undefined

  const networkOf = (mine: number): Network => ({
    async exchange(url, send, signal) {
      await line.whenJoined(signal)
      if (mine !== life) return silence(signal)
      const diverted = divert(url, signal)
      if (diverted !== undefined) return diverted
      if (!hub.isUp)
        throw new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNREFUSED' }) })
      const answer = await world.work.during(kind, url.pathname, runOutside(send))
      await line.whenJoined(signal)
      return answer
    },
    connect: () => hub.connect(as, mine === life ? line : createLine(as.clock)),
  })
  /** Ends an agent as far as it can be ended while time stands still: what waits for an answer on a dead line waits for ever. */
  const end = (agent: Agent | undefined): Promise<void> => {
    if (agent !== undefined) void runAs(as, () => agent[Symbol.asyncDispose]())
    return world.work.settle()
  }
  /** The plug is out when this returns; what was running has still to be ended. */
  const pull = (): Agent | undefined => {
    if (running === undefined) return undefined
    const { agent, plug } = running
    running = undefined
    life += 1
    const before = folder
    folder = join(world.folder, `${kind}-${life}`)
    if (existsSync(before)) cpSync(before, folder, { recursive: true })
    plug.pull()
    hub.abandon(as)
    status = { phase: 'offline', because: 'it has no power' }
    return agent
  }
  const start = async (): Promise<void> => {
    const mine = life
    const plug = plugIn(hardware)
    const slot: DeviceSlot = device
    const agent = await runAs(as, async () =>
      startAgent({
        product: await open(folder, plug.hardware, as.clock),
        ...{ name: KIND_NAMES[kind], issuer: hub.issuer, folder, clock: as.clock, log, random },
        ...{ network: networkOf(mine), keepAlive: KEEP_ALIVE },
        onStatus(next) {
          if (mine !== life) return
          status = next
          if (next.phase === 'pairing' || next.phase === 'online') id = next.device
          slot.onStatus?.(next)
        },
      }),
    )
    running = { agent, plug }
  }
  const device: DeviceSlot = {
    ...{ kind, as, line, onStatus: undefined },
    get status() {
      return status
    },
    get folder() {
      return folder
    },
    get isPowered() {
      return running !== undefined
    },
    get id() {
      if (id === undefined) throw new Error(`Cannot name the ${kind} as it must have been paired: it was not`)
      return id
    },
    pair: () => runAs(as, () => running?.agent.pair()),
    async cutPower() {
      await end(pull())
    },
    cutPowerAtRequest(count) {
      let left = count
      const stop = world.work.onRequest((name, type) => {
        if (name !== kind || !type.startsWith('FSREQ') || --left > 0) return
        stop()
        const agent = pull()
        // Not from within the request: whoever makes it must come back from it first.
        if (agent !== undefined) setImmediate(() => void runAs(as, () => agent[Symbol.asyncDispose]()))
      })
    },
    async restorePower() {
      if (running === undefined) await start()
    },
    async [Symbol.asyncDispose]() {
      const agent = running?.agent
      running = undefined
      await end(agent)
    },
  }
  await start()
  return device
}

interface Plug<Reading, Actuators> {
  readonly hardware: Hardware<Reading, Actuators>
  pull(): void
}

/** Between an agent and its hardware: once pulled, the one is deaf and the other without power. */
function plugIn<Reading, Actuators>(hardware: Hardware<Reading, Actuators>): Plug<Reading, Actuators> {
  let pulled = false
  return {
    hardware: {
      listen: (hear, operate) =>
        hardware.listen(
          (reading) => {
            if (!pulled) hear(reading)
          },
          async (command) => (pulled ? refuse('no_power', 'the device has no power') : operate(command)),
        ),
      apply(actuators) {
        if (!pulled) hardware.apply(actuators)
      },
      async [Symbol.asyncDispose]() {
        if (!pulled) await hardware[Symbol.asyncDispose]()
      },
    },
    pull() {
      pulled = true
      void hardware[Symbol.asyncDispose]()
    },
  }
}
