// A relay as it really is: it may be welded shut or open, and worn contacts bounce.
import { after, type Clock } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'

export interface Relay {
  /** Whether current flows. */
  readonly closed: boolean
  readonly welded: boolean
  /** What the coil is told. */
  drive(closed: boolean): void
  /** It stays as it is, whatever the coil does; let go, it does what it was told last. */
  weld(welded: boolean): void
  /** At each switching its contact opens and closes again for some milliseconds: too short to heat anything, long enough to be read. */
  wear(worn: boolean): void
  /** Nothing is told any more. */
  stop(): void
}

/** Contacts settle within a few milliseconds (IEC 61810-7, bounce time). */
const BOUNCES = [millis(1), millis(3)] as const

export function createRelay(options: {
  readonly clock: Clock
  /** The load is switched. */
  readonly onSwitched?: (closed: boolean) => void
  /** What an auxiliary contact says, bounces included. */
  readonly onContact: (closed: boolean) => void
}): Relay {
  const { clock, onSwitched, onContact } = options
  let closed = false
  let told = false
  let welded = false
  let worn = false
  const bouncing = new Set<() => void>()

  const calm = () => {
    for (const callOff of bouncing) callOff()
    bouncing.clear()
  }
  const follow = () => {
    if (welded || told === closed) return
    closed = told
    calm()
    onSwitched?.(closed)
    onContact(closed)
    if (!worn) return
    const [opens, settles] = BOUNCES
    bouncing.add(after(clock, opens, () => onContact(!closed)))
    bouncing.add(after(clock, settles, () => onContact(closed)))
  }
  return {
    get closed() {
      return closed
    },
    get welded() {
      return welded
    },
    drive(next) {
      told = next
      follow()
    },
    weld(next) {
      welded = next
      follow()
    },
    wear(next) {
      worn = next
    },
    stop: calm,
  }
}
