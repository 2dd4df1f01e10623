// A product's hardware on a board, which also shows how things are.
import type { Hardware } from '../../control.ts'
import type { Properties } from '../../display/lines.ts'
import type { Status } from '../../status.ts'
import type { Wish } from './setup-key.ts'

export interface Wired<Reading, Actuators> extends Hardware<Reading, Actuators> {
  onStatus(status: Status): void
  onProperties(properties: Properties): void
  /** Who hears what somebody at the setup key wants. */
  onWish(hear: (wish: Wish) => void): void
}

/** Opens what the wiring has, and hands it to `stack` to be disposed with the rest. */
export const installer =
  (stack: DisposableStack) =>
  async <Wiring, Part extends Disposable>(
    wiring: Wiring | undefined,
    open: (wiring: Wiring) => Part | Promise<Part>,
  ): Promise<Part | undefined> =>
    wiring === undefined ? undefined : stack.use(await open(wiring))
