// A case that is not measured any more counts as too hot: the control takes NaN for that, and cuts the heater.
import { type Clock, every } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'

const LOOK_EVERY = seconds(5)
/** A read that hangs is given up after five seconds, and may be tried twice. */
const SILENT_AFTER = seconds(15)

export interface MeasuredCase extends Disposable {
  heard(celsius: number): void
}

export function createMeasuredCase(clock: Clock, tell: (celsius: number) => void): MeasuredCase {
  let heardAt = clock.uptime()
  const stop = every(clock, LOOK_EVERY, () => {
    if (clock.uptime() - heardAt >= SILENT_AFTER) tell(Number.NaN)
  })
  return {
    heard(celsius) {
      heardAt = clock.uptime()
      tell(celsius)
    },
    [Symbol.dispose]: stop,
  }
}
