// What of the machine a wiring touches: the unit opens that and nothing else.
import { UsageError } from '#contract/settings.ts'
import { usesOf } from '../wiring/uses.ts'
import type { Wiring } from '../wiring/wiring.ts'

export interface MachineUse {
  readonly gpio: boolean
  /** Numbers of `/dev/i2c-*`. */
  readonly i2c: readonly number[]
  readonly pwm: boolean
  /** The port of an Arduino. */
  readonly serial: string | undefined
}

/** Throws a `UsageError` where there is no hardware to open. */
export function machineUseOf(wiring: Wiring): MachineUse {
  const { board } = wiring
  switch (board.type) {
    case 'simulated':
      throw new UsageError('Cannot install a simulated board as there must be hardware: name linux or firmata:<port>')
    case 'firmata':
      return { gpio: false, i2c: [], pwm: false, serial: board.port }
    case 'linux': {
      const uses = usesOf(wiring)
      return {
        gpio: uses.some(({ type }) => type === 'pin'),
        i2c: uses.some(({ type }) => type === 'i2c') ? [board.i2cBus] : [],
        pwm: uses.some((use) => use.type === 'pin' && use.pulses === true),
        serial: undefined,
      }
    }
  }
}
