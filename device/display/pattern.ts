// Light and sound in time: on and off, once or again and again.
import { CALLED_OFF, type Clock } from '#contract/clock.ts'
import { type Millis, millis } from '#contract/time.ts'

/** Lengths in milliseconds, on and off in turn, beginning with on. */
export interface Pattern {
  readonly lengths: readonly number[]
  readonly repeat: boolean
}

export const ALWAYS = 'on'
export const NEVER = 'off'
export type Shown = Pattern | typeof ALWAYS | typeof NEVER

export const blink = (onMillis: number, offMillis: number): Pattern => ({
  lengths: [onMillis, offMillis],
  repeat: true,
})
/** `count` short ones. */
export const beeps = (count: number, onMillis = 100, offMillis = 100): Pattern => ({
  lengths: Array.from({ length: count }, () => [onMillis, offMillis]).flat(),
  repeat: false,
})

export interface Player extends Disposable {
  /** Begins from its beginning, unless it is what is played already. A steady light costs no timer. */
  play(shown: Shown): void
  /** Plays this once, then goes on with what was played. */
  interrupt(pattern: Pattern): void
}

export function createPlayer(clock: Clock, set: (on: boolean) => void): Player {
  let playing: Shown = NEVER
  let stop = () => {}

  const begin = (shown: Shown, then: () => void) => {
    stop()
    if (typeof shown === 'string') {
      set(shown === ALWAYS)
      return
    }
    const called = new AbortController()
    stop = () => called.abort(CALLED_OFF)
    playOn(clock, { pattern: shown, set, signal: called.signal }).then(then, () => {})
  }
  const goOn = () => begin(playing, () => set(false))

  return {
    play(shown) {
      if (same(shown, playing)) return
      playing = shown
      goOn()
    },
    interrupt: (pattern) => begin({ ...pattern, repeat: false }, goOn),
    [Symbol.dispose]() {
      stop()
      set(false)
    },
  }
}

const same = (a: Shown, b: Shown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

async function playOn(
  clock: Clock,
  { pattern, set, signal }: { pattern: Pattern; set: (on: boolean) => void; signal: AbortSignal },
): Promise<void> {
  do {
    for (const [index, length] of pattern.lengths.entries()) {
      set(index % 2 === 0)
      await clock.sleep(millis(length), signal)
    }
  } while (pattern.repeat)
  set(false)
}

/** How long it takes, once. */
export const lengthOf = ({ lengths }: Pattern): Millis => millis(lengths.reduce((sum, length) => sum + length, 0))
