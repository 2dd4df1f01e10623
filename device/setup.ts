// What the command line and the wiring file say together: what the device is called, and which board it opens.
import type { Logger } from 'pino'
import { systemClock } from '#contract/clock.ts'
import { KIND_NAMES } from '#contract/kinds.ts'
import { UsageError } from '#contract/settings.ts'
import type { OpenedBoard } from './board/open.ts'
import type { DeviceConfig } from './config.ts'
import { createPairingImage } from './display/pairing-image.ts'
import type { Status } from './status.ts'
import type { Wiring } from './wiring/wiring.ts'

export interface Setup {
  readonly name: string
  /** Again after a factory reset. */
  open(): Promise<OpenedBoard>
}

/** Throws a `UsageError` where something is missing or wrong. */
export async function readSetup(config: DeviceConfig, log: Logger): Promise<Setup> {
  const { kind, folder, pairingImage } = config
  const wiring = await readFile(config, log)
  const name = config.name ?? wiring?.name ?? KIND_NAMES[kind]
  const showImage = pairingImage === undefined ? undefined : createPairingImage(pairingImage, log)
  const withImage = (opened: OpenedBoard): OpenedBoard => ({
    ...opened,
    onStatus(status: Status) {
      opened.onStatus(status)
      showImage?.(status)
    },
  })
  const board = wiring?.board ?? config.board
  if (board?.type === 'simulated') {
    if (wiring !== undefined)
      log.info('the board is simulated: of the file counts how the device behaves, not what is wired where')
    return { name, open: async () => withImage(await openSimulated(config, wiring, log)) }
  }
  if (wiring === undefined || board === undefined) {
    throw new UsageError('Cannot open the board as --config must name a file that says what is wired where: got none')
  }
  return {
    name,
    async open() {
      const { openBoard } = await import('./board/open.ts')
      return withImage(await openBoard({ wiring, board, name, folder, clock: systemClock, log }))
    },
  }
}

/** YAML and its rules cost a device nothing that has no such file. */
async function readFile(
  { wiringFile: file, kind, folder, board }: DeviceConfig,
  log: Logger,
): Promise<Wiring | undefined> {
  if (file === undefined) return undefined
  const { openWiring } = await import('./wiring/open.ts')
  return openWiring({ file, kind, folder, board, log })
}

/** Simulated hardware comes from outside, so that the agent ships to the Pi without the simulator. */
async function openSimulated(
  { kind, folder }: DeviceConfig,
  wiring: Wiring | undefined,
  log: Logger,
): Promise<OpenedBoard> {
  const { openBoard } = await import('#board/simulated')
  const opened = await openBoard({ kind, folder, wiring, clock: systemClock, log })
  // Each kind's product is typed by its kind; here any of them will do.
  return { onStatus: () => {}, onWish: () => {}, ...opened } as unknown as OpenedBoard
}
