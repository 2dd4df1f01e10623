// The home that `latchkey home` runs: a hub, and three devices that are the product's own agents on simulated hardware, on the machine's own
// clock and network, waiting for a person.
import { join } from 'node:path'
import { systemClock } from '#contract/clock.ts'
import type { Kind } from '#contract/ids.ts'
import { KIND_NAMES } from '#contract/kinds.ts'
import { type Agent, type AgentOptions, startAgent } from '../device/agent.ts'
import { answerFor } from '../device/local/answers.ts'
import { holdFolder } from '../device/local/socket.ts'
import type { Product } from '../device/run.ts'
import type { Status } from '../device/status.ts'
import { openPanel, openThermostat, openToaster } from './board.ts'
import { type Hub, type HubOptions, startHub } from './hub.ts'
import type { SimulatedPanel } from './security/hardware.ts'
import type { SimulatedThermostat } from './thermostat/hardware.ts'
import type { SimulatedToaster } from './toaster/hardware.ts'

export interface HouseholdOptions extends HubOptions {
  /** Each device keeps its own folder below this one. */
  readonly devices: string
  readonly onStatus?: (kind: Kind, status: Status) => void
}

export interface Household extends AsyncDisposable {
  readonly hub: Hub
  readonly agents: Readonly<Record<Kind, Agent>>
  readonly thermostat: SimulatedThermostat
  readonly toaster: SimulatedToaster
  readonly panel: SimulatedPanel
  /** What the resident types at the panel. */
  readonly code: string
}

export async function startHousehold(options: HouseholdOptions): Promise<Household> {
  const { devices, onStatus, log, clock = systemClock } = options
  await using began = new AsyncDisposableStack()
  const hub = began.use(await startHub(options))
  const folder = (kind: Kind) => join(devices, kind)

  const thermostat = openThermostat(clock)
  const toaster = openToaster(clock)
  const panel = await openPanel({ folder: folder('security'), clock, log: log.child({ device: 'security' }) })
  const start = async <State, Reading, Actuators>(product: Product<State, Reading, Actuators>): Promise<Agent> => {
    const { kind } = product.control
    const local = began.use(await holdFolder({ folder: folder(kind), clock, log }))
    const agent = await startAgent({
      ...{ product, clock, name: KIND_NAMES[kind], issuer: hub.publicUrl, folder: folder(kind) },
      log: log.child({ device: kind }),
      onStatus: (status) => onStatus?.(kind, status),
      ...nearby(hub),
    })
    local.serve(answerFor(agent))
    return began.use(agent)
  }
  const agents = {
    thermostat: await start(thermostat.product),
    toaster: await start(toaster.product),
    security: await start(panel.product),
  }
  const running = began.move()
  return {
    ...{ hub, agents, code: panel.code },
    thermostat: thermostat.hardware,
    toaster: toaster.hardware,
    panel: panel.hardware,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** The hub is on this machine, whatever name the network knows it by: no name server is asked, and its own authority is trusted. */
function nearby({ trust }: Hub): Pick<AgentOptions<never, never, never>, 'ca' | 'lookup'> {
  if (trust === undefined) return {}
  return {
    ca: trust.pem,
    lookup: (_host, options, done) => {
      if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }])
      else done(null, '127.0.0.1', 4)
    },
  }
}
