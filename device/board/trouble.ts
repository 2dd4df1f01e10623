// What is wrong with the board right now, each thing said once: a sensor that is unplugged for a week is one line in the log, not a million.
import type { BoardError } from './error.ts'

/** What pieces are called, here and in errors: a plugin and a part that speak of one piece find each other by its name alone. */
export const pinPart = (pin: number): string => `GPIO${pin}`
export const i2cPart = ({ i2cBus }: { readonly i2cBus: number }, address: number): string =>
  `i2c-${i2cBus} 0x${address.toString(16).padStart(2, '0')}`

/** `part` names the piece: `GPIO17`, `i2c-1 0x76`, `pwm GPIO18`. */
export type Trouble =
  | { readonly type: 'trouble'; readonly part: string; readonly error: BoardError }
  | { readonly type: 'recovered'; readonly part: string }

export interface Troubles {
  /** Tells, unless this part has already failed the same way. */
  failed(part: string, error: BoardError): void
  /** Tells, when this part had failed. */
  worked(part: string): void
}

export function createTroubles(tell: (trouble: Trouble) => void): Troubles {
  const told = new Map<string, string>()
  return {
    failed(part, error) {
      const { message } = error
      if (told.get(part) === message) return
      told.set(part, message)
      tell({ type: 'trouble', part, error })
    },
    worked(part) {
      if (told.delete(part)) tell({ type: 'recovered', part })
    },
  }
}
