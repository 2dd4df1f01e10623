// A device on real pins: what `--board linux` and `--board firmata:<port>` open.
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Control } from '../control.ts'
import type { Properties } from '../display/lines.ts'
import type { Product } from '../run.ts'
import type { Status } from '../status.ts'
import type { BoardWiring } from '../wiring/board.ts'
import { panelConfigOf } from '../wiring/security.ts'
import type { Wiring } from '../wiring/wiring.ts'
import { loadFirmata, openFirmata } from './parts/firmata.ts'
import { createNotices, type Notices } from './parts/notices.ts'
import { pinWiringsOf } from './parts/pin-wirings.ts'
import { createReopening } from './parts/reopening.ts'
import type { Wish } from './parts/setup-key.ts'
import type { IoPlugin, Site } from './parts/site.ts'
import type { Wired } from './parts/wired.ts'

export interface OpenBoardOptions {
  readonly wiring: Wiring
  readonly board: Exclude<BoardWiring, { type: 'simulated' }>
  /** What the device calls itself. */
  readonly name: string
  readonly folder: string
  readonly clock: Clock
  readonly log: Logger
}

export interface OpenedBoard {
  readonly product: Product<unknown, unknown, unknown>
  /** What the person at the terminal needs to know. */
  readonly note?: string
  /** For its screen and its light. */
  onStatus(status: Status): void
  /** For its setup key, where it has one. */
  onWish(hear: (wish: Wish) => void): void
}

/** Throws a `UsageError` where a package is missing. A board that is away is no error: it is waited for. The product disposes it. */
export async function openBoard(options: OpenBoardOptions): Promise<OpenedBoard> {
  const { wiring, folder, clock, log } = options
  switch (wiring.kind) {
    case 'thermostat': {
      const { wireThermostat } = await import('../thermostat/johnny-five.ts')
      const { createThermostatControl } = await import('../thermostat/control.ts')
      const wire = (site: Site) => wireThermostat(site, { ...wiring, name: options.name })
      const hardware = await reopening(options, wire, (obey) => ({ type: 'relays', obey }) as const)
      return opened({ control: createThermostatControl(wiring.behaviour), hardware }, hardware)
    }
    case 'toaster': {
      const { wireToaster } = await import('../toaster/johnny-five.ts')
      const { createToasterControl } = await import('../toaster/control.ts')
      const hardware = await reopening(options, (site) => wireToaster(site, { ...wiring, name: options.name }))
      return opened({ control: createToasterControl(), hardware }, hardware)
    }
    case 'security': {
      const { wireSecurity } = await import('../security/johnny-five.ts')
      const { createPanel } = await import('../security/product.ts')
      const { giveFirstCode } = await import('../security/first-code.ts')
      const wire = (site: Site) => wireSecurity(site, { ...wiring, name: options.name })
      const hardware = await reopening(options, wire, (obeys) => ({ type: 'siren', obeys }) as const)
      const config = panelConfigOf(wiring)
      const { product, codes } = await createPanel({ folder, hardware, config, clock, log })
      const note = await giveFirstCode(folder, codes)
      return { ...opened(product, hardware), ...(note !== undefined && { note }) }
    }
  }
}

function opened<State, Reading, Actuators>(
  product: Product<State, Reading, Actuators>,
  hardware: Wired<Reading, Actuators>,
): OpenedBoard {
  const control = watched(product.control, hardware.onProperties)
  // Each kind's product is typed by its kind; here any of them will do.
  return {
    product: { ...product, control } as unknown as OpenedBoard['product'],
    onStatus: hardware.onStatus,
    onWish: hardware.onWish,
  }
}

/** The same control; `told` hears the properties whenever the runner asks for them, which it does after each step. */
const watched = <State, Reading, Actuators>(
  control: Control<State, Reading, Actuators>,
  told: (properties: Properties) => void,
): Control<State, Reading, Actuators> => ({
  ...control,
  properties(state, at) {
    const properties = control.properties(state, at)
    told(properties)
    return properties
  },
})

async function reopening<Reading, Actuators>(
  options: OpenBoardOptions,
  wire: (site: Site) => Promise<Wired<Reading, Actuators>>,
  presence?: (isThere: boolean) => Reading,
): Promise<Wired<Reading, Actuators>> {
  const { board, clock, log } = options
  const notices = createNotices(log)
  const openIo = await ioOpener(options, notices)
  const { startBoard } = await import('./board.ts')
  return createReopening({
    part: board.type === 'linux' ? 'the GPIO header' : board.port,
    ...{ presence, clock, notices },
    async open(lost) {
      await using stack = new AsyncDisposableStack()
      const io = stack.use(await openIo(lost))
      const failed = (err: Error) => log.error({ err }, 'the board reports an error')
      const site: Site = {
        ...{ board: await startBoard(io.io, failed), io: io.io, clock, notices },
        i2cBus: board.type === 'linux' ? board.i2cBus : 1,
        sysRoot: '/sys',
      }
      const wired = stack.use(await wire(site))
      const owned = stack.move()
      return { ...wired, [Symbol.asyncDispose]: () => owned.disposeAsync() }
    },
  })
}

type OpenIo = (lost: (error: Error) => void) => Promise<AsyncDisposable & { readonly io: IoPlugin }>

/** Loads what the board needs, and nothing of the other one's. */
async function ioOpener({ board, wiring, clock }: OpenBoardOptions, notices: Notices): Promise<OpenIo> {
  if (board.type === 'firmata') {
    const packages = await loadFirmata()
    return (lost) => openFirmata(packages, { port: board.port, clock, lost })
  }
  const { createLinuxIo } = await import('./linux/io.ts')
  const { i2cBus, chip } = board
  return async () => {
    const io = createLinuxIo({
      ...{ clock, i2cBus, tell: notices.heard, pins: pinWiringsOf(wiring.parts) },
      consumer: `latchkey ${wiring.kind}`,
      ...(chip !== undefined && { chip }),
    })
    return { io, [Symbol.asyncDispose]: async () => io[Symbol.dispose]() }
  }
}
