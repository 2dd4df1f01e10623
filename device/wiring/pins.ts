// Whether the parts of a wiring get in each other's way.
import type { BoardWiring } from './board.ts'
import { hex } from './rules.ts'

/** `path` is where in the file. */
export type Use =
  /** `pulses`: a servo. `on`: the level that switches something on. */
  | { readonly type: 'pin'; readonly pin: number; readonly path: string; readonly pulses?: true; readonly on?: 0 | 1 }
  /** `channel`: of a converter, which has several. */
  | { readonly type: 'i2c'; readonly address: number; readonly channel: number | undefined; readonly path: string }
  /** Pins that a kernel driver has, one for all that are on its bus. */
  | { readonly type: 'kernel'; readonly pins: readonly number[]; readonly bus: string; readonly path: string }

type PinUse = Extract<Use, { type: 'pin' }>
type I2cUse = Extract<Use, { type: 'i2c' }>
type KernelUse = Extract<Use, { type: 'kernel' }>

/** The 40-pin header's. */
const HEADER = { first: 0, last: 27 } as const
/** An Arduino has its serial port at 0 and 1; a Mega has pins up to 69. */
const ARDUINO = { first: 2, last: 69 } as const
/** SDA and SCL of bus 1. */
const I2C_PINS = [2, 3]
/** Up to here they are pulled high at reset, and from the next on low: BCM2835 ARM Peripherals, table 6-31, and every Pi since. */
const LAST_PULLED_HIGH = 8
/** Those with hardware PWM: a servo that Linux pulses by itself shivers. */
const PWM_PINS = [12, 13, 18, 19]

/** The first conflict, as the rest of a sentence that begins with "Cannot use hall.yaml"; undefined where there is none. */
export function conflict(board: BoardWiring, uses: readonly Use[]): string | undefined {
  const pins = uses.filter((use): use is PinUse => use.type === 'pin')
  const i2c = uses.filter((use): use is I2cUse => use.type === 'i2c')
  const kernel = uses.filter((use): use is KernelUse => use.type === 'kernel')
  const isHeader = board.type === 'linux' && board.chip === undefined
  return (
    lacking(board, pins) ??
    twice(pins) ??
    (isHeader ? (onI2c(pins, board.i2cBus === 1 ? i2c[0] : undefined) ?? onBus(pins, kernel)) : undefined) ??
    (isHeader ? (onAtReset(pins) ?? pulsing(pins)) : undefined) ??
    sameAddress(i2c)
  )
}

function lacking(board: BoardWiring, pins: readonly PinUse[]): string | undefined {
  if (board.type === 'simulated' || (board.type === 'linux' && board.chip !== undefined)) return undefined
  const { first, last } = board.type === 'firmata' ? ARDUINO : HEADER
  const use = pins.find(({ pin }) => pin < first || pin > last)
  const names = board.type === 'firmata' ? `the Arduino's ${first} to ${last}` : `GPIO${first} to GPIO${last}`
  return use && `at "${use.path}" as its pin must be one of ${names}: got ${use.pin}`
}

function twice(pins: readonly PinUse[]): string | undefined {
  for (const [index, { pin, path }] of pins.entries()) {
    const before = pins.slice(0, index).find((other) => other.pin === pin)
    if (before) return `at "${path}" as a pin must have one user: got ${pin}, which "${before.path}" has`
  }
  return undefined
}

function onI2c(pins: readonly PinUse[], part: I2cUse | undefined): string | undefined {
  const use = part && pins.find(({ pin }) => I2C_PINS.includes(pin))
  return use && `at "${use.path}" as GPIO2 and GPIO3 must be left to the I2C bus of "${part.path}": got ${use.pin}`
}

function onBus(pins: readonly PinUse[], kernel: readonly KernelUse[]): string | undefined {
  for (const { pins: taken, bus, path } of kernel) {
    const use = pins.find(({ pin }) => taken.includes(pin))
    const names = taken.map((pin) => `GPIO${pin}`).join(', ')
    if (use) return `at "${use.path}" as ${names} must be left to ${bus} of "${path}": got ${use.pin}`
  }
  return undefined
}

/** Until the agent runs, and if it never does, a heater would be on. */
function onAtReset(pins: readonly PinUse[]): string | undefined {
  const use = pins.find(({ pin, on }) => on === 1 && pin <= LAST_PULLED_HIGH)
  return (
    use &&
    `at "${use.path}" as what is active high must be at GPIO9 to GPIO27, which are low until the agent runs: got ${use.pin}`
  )
}

function pulsing(pins: readonly PinUse[]): string | undefined {
  const use = pins.find(({ pin, pulses }) => pulses && !PWM_PINS.includes(pin))
  return use && `at "${use.path}" as a servo must be at a pin with PWM, ${PWM_PINS.join(', ')}: got ${use.pin}`
}

function sameAddress(i2c: readonly I2cUse[]): string | undefined {
  for (const [index, use] of i2c.entries()) {
    const before = i2c.slice(0, index).find((other) => isSame(other, use))
    if (before) {
      return `at "${use.path}" as an address must have one user: got ${hex(use.address)}, which "${before.path}" has`
    }
  }
  return undefined
}

/** Two inputs of one converter are two users of one chip. */
const isSame = (a: I2cUse, b: I2cUse): boolean =>
  a.address === b.address && (a.channel === undefined || b.channel === undefined || a.channel === b.channel)
