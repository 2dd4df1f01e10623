// Hardware PWM through /sys/class/pwm (`dtoverlay=pwm-2chan`): the only pulses from Linux that a servo does not shiver at.
import { existsSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, type Clock } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'
import { BoardError } from '../error.ts'
import { accessError } from './access.ts'
import { codeOf } from './ioctl.ts'

export interface PwmChip {
  readonly folder: string
  /** Which GPIO carries which channel. Two that share one, as on a Raspberry Pi 4, pulse alike. */
  readonly channels: ReadonlyMap<number, number>
}

/** By the device behind the chip: its number was 2 on a Raspberry Pi 5 before Linux 6.12, and is 0 since. */
const CHIPS: readonly { readonly device: RegExp; readonly channels: PwmChip['channels'] }[] = [
  {
    device: /^1f00098000\.pwm$/,
    channels: new Map([
      [12, 0],
      [13, 1],
      [18, 2],
      [19, 3],
    ]),
  }, // 5
  {
    device: /^(fe|3f|20)20c000\.pwm$/,
    channels: new Map([
      [12, 0],
      [18, 0],
      [13, 1],
      [19, 1],
    ]),
  }, // 4, 2 and 3, Zero
]

/** Undefined where the overlay is not loaded. */
export function findPwm(sysRoot = '/sys'): PwmChip | undefined {
  const parent = join(sysRoot, 'class/pwm')
  if (!existsSync(parent)) return undefined
  for (const name of readdirSync(parent)) {
    const folder = join(parent, name)
    const device = join(folder, 'device')
    if (!existsSync(device)) continue
    const known = CHIPS.find((chip) => chip.device.test(basename(realpathSync(device))))
    if (known !== undefined) return { folder, channels: known.channels }
  }
  return undefined
}

export interface Pulse {
  readonly periodNanos: number
  readonly dutyNanos: number
}

export interface Pwm extends Disposable {
  /** Takes effect at once, or a little later where udev is still handing out the channel. */
  set(pulse: Pulse): void
}

/** udev gives a channel's files to the group `gpio` a moment after they appear. */
const UDEV_TRIES = 20
const UDEV_PAUSE = millis(50)

/** `told` hears of each `set` whether it worked. Disposing stops the pulses. */
export function openPwm(options: {
  readonly chip: PwmChip
  readonly channel: number
  readonly clock: Clock
  readonly told: (error: BoardError | undefined) => void
}): Pwm {
  const { chip, channel, clock, told } = options
  const folder = join(chip.folder, `pwm${channel}`)
  let wanted: Pulse | undefined
  let written: Pulse = { periodNanos: 0, dutyNanos: 0 }
  let enabled = false
  let later = () => {}

  const write = (attribute: string, value: number) => writeFileSync(join(folder, attribute), String(value))
  const writePulse = ({ periodNanos, dutyNanos }: Pulse) => {
    // The kernel refuses a duty that is longer than the period, at every step.
    if (written.dutyNanos > periodNanos) write('duty_cycle', 0)
    if (written.periodNanos !== periodNanos) write('period', periodNanos)
    write('duty_cycle', dutyNanos)
    if (!enabled) write('enable', 1)
    enabled = true
    written = { periodNanos, dutyNanos }
  }
  const attempt = (triesLeft: number) => {
    if (wanted === undefined) return
    try {
      if (!existsSync(folder)) writeFileSync(join(chip.folder, 'export'), String(channel))
      writePulse(wanted)
      told(undefined)
    } catch (cause) {
      if (triesLeft > 0 && codeOf(cause) === 'EACCES') later = after(clock, UDEV_PAUSE, () => attempt(triesLeft - 1))
      else told(pwmError(cause, folder))
    }
  }

  return {
    set(pulse) {
      wanted = pulse
      later()
      attempt(enabled ? 0 : UDEV_TRIES)
    },
    [Symbol.dispose]() {
      wanted = undefined
      later()
      if (!enabled) return
      try {
        write('duty_cycle', 0)
        write('enable', 0)
      } catch (cause) {
        told(pwmError(cause, folder))
      }
    },
  }
}

function pwmError(cause: unknown, folder: string): BoardError {
  if (codeOf(cause) !== 'EINVAL') return accessError(cause, folder, 'dtoverlay=pwm-2chan in config.txt')
  return new BoardError('unsupported', `Cannot pulse ${folder} as the chip must be able to: got EINVAL`, { cause })
}
