// The header's pins that pulse: dimmed LEDs and servos.
import type { Clock } from '#contract/clock.ts'
import { BoardError } from '../error.ts'
import { pinPart, type Troubles } from '../trouble.ts'
import { openPwm, type Pulse, type Pwm, type PwmChip } from './pwm.ts'

export interface Pulses extends Disposable {
  /** `share` of the time that the pin is high, 0 to 1. */
  dim(pin: number, share: number): void
  /** The two ends of a servo, for angles. Default 600 to 2400 µs. */
  setServoRange(pin: number, shortestMicros: number, longestMicros: number): void
  /** As Firmata has it: less than 544 is an angle in degrees, and more is microseconds. */
  moveServo(pin: number, value: number): void
}

/** 1 kHz: above what an eye sees, below what a transistor minds. */
const DIM_PERIOD_NANOS = 1_000_000
/** What every hobby servo expects: a pulse each 20 ms. */
const SERVO_PERIOD_NANOS = 20_000_000
const SERVO_SHORTEST_MICROS = 544

/** `chip` is undefined where there is no hardware PWM. A pulse that fails is told. */
export function openPulses(options: {
  readonly chip: PwmChip | undefined
  readonly clock: Clock
  readonly troubles: Troubles
}): Pulses {
  const { chip, clock, troubles } = options
  const channels = new Map<number, Pwm>()
  const ranges = new Map<number, readonly [number, number]>()

  const open = (pin: number): Pwm => {
    const channel = chip?.channels.get(pin)
    if (chip === undefined || channel === undefined) {
      const got = 'got none (dtoverlay=pwm-2chan, GPIO12, 13, 18 or 19)'
      throw new BoardError('unsupported', `Cannot pulse GPIO${pin} as it must have hardware PWM: ${got}`)
    }
    const part = `pwm ${pinPart(pin)}`
    const told = (error: BoardError | undefined) =>
      error === undefined ? troubles.worked(part) : troubles.failed(part, error)
    return openPwm({ chip, channel, clock, told })
  }
  const pulse = (pin: number, wanted: Pulse) => {
    const pwm = channels.get(pin) ?? open(pin)
    channels.set(pin, pwm)
    pwm.set(wanted)
  }

  return {
    dim(pin, share) {
      const dutyNanos = Math.round(Math.min(Math.max(share, 0), 1) * DIM_PERIOD_NANOS)
      pulse(pin, { periodNanos: DIM_PERIOD_NANOS, dutyNanos })
    },
    setServoRange: (pin, shortestMicros, longestMicros) => void ranges.set(pin, [shortestMicros, longestMicros]),
    moveServo(pin, value) {
      const [shortest, longest] = ranges.get(pin) ?? [600, 2400]
      const micros = value < SERVO_SHORTEST_MICROS ? shortest + (value / 180) * (longest - shortest) : value
      pulse(pin, { periodNanos: SERVO_PERIOD_NANOS, dutyNanos: Math.round(micros * 1000) })
    },
    [Symbol.dispose]() {
      for (const pwm of channels.values()) pwm[Symbol.dispose]()
      channels.clear()
    },
  }
}
