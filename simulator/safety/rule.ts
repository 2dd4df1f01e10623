// A safety rule watches the hardware as it really is, not what a device says of itself. It is looked at after everything that happens.
import type { Kind } from '#contract/ids.ts'
import type { Millis, Moment } from '#contract/time.ts'

/** Says what is wrong at this moment, or nothing. Keeps its own memory of what went before. */
export type Watch<View> = (view: View, uptime: Millis) => string | undefined

export interface Rule<View> {
  /** Short and stable: it names the rule in reports. */
  readonly name: string
  /** Makes a watch with an empty memory. */
  readonly watch: () => Watch<View>
}

export interface Violation {
  readonly rule: string
  readonly device: Kind
  readonly at: Moment
  readonly because: string
}

/** True once `condition` has held for `length` without a break; remembers since when. */
export function heldFor(length: Millis): (condition: boolean, uptime: Millis) => boolean {
  let since: Millis | undefined
  return (condition, uptime) => {
    since = condition ? (since ?? uptime) : undefined
    return since !== undefined && uptime - since >= length
  }
}
