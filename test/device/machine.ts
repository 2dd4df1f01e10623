// A product's control without a world: the pure machine, driven by hand in virtual time. Each call is a step at the time reached so far.
import type { JsonObject, PropertyPath, Value } from '#contract/property.ts'
import { instant, type Millis, millis } from '#contract/time.ts'
import type { Ack, Control, Step } from '../../device/control.ts'

export interface Machine<Reading, Actuators> {
  hear(reading: Reading): void
  obey(path: PropertyPath, value: Value): Ack
  /** Time passes as the runner lets it: a step whenever one is due, and every so often if wanted, after `meanwhile`. */
  pass(length: Millis, also?: { readonly every: Millis; readonly meanwhile: () => void }): void
  /** Nobody looks for a while: no step at all. */
  stall(length: Millis): void
  readonly shown: Readonly<Record<PropertyPath, Value>>
  readonly actuators: Actuators
  readonly saved: JsonObject
  readonly due: Millis | undefined
  /** What was announced so far. */
  readonly events: readonly JsonObject[]
}

/** Switched on at uptime 0, when the wall says `startedAt`, in milliseconds since 1970. */
export function switchOn<State, Reading, Actuators>(
  control: Control<State, Reading, Actuators>,
  { saved, startedAt = 0 }: { readonly saved?: unknown; readonly startedAt?: number } = {},
): Machine<Reading, Actuators> {
  let uptime = millis(0)
  const now = () => ({ wall: instant(startedAt + uptime), uptime })
  let state = control.begin(saved, now())
  const events: JsonObject[] = []
  const enter = (step: Step<State>) => {
    state = step.state
    for (const { value } of step.announce ?? []) events.push(value)
  }
  return {
    events,
    hear: (reading) => enter(control.hear(state, reading, now())),
    obey(path, value) {
      const reply = control.obey(state, { path, value }, now())
      enter(reply)
      return reply.ack
    },
    pass(length, also) {
      const end = uptime + length
      while (uptime < end) {
        const next = Math.min(end, control.dueAt(state) ?? end, also === undefined ? end : uptime + also.every)
        uptime = millis(Math.max(uptime, next))
        also?.meanwhile()
        enter(control.tick(state, now()))
      }
    },
    stall(length) {
      uptime = millis(uptime + length)
    },
    get shown() {
      return control.properties(state, now())
    },
    get actuators() {
      return control.actuators(state, now())
    },
    get saved() {
      return control.saved(state)
    },
    get due() {
      return control.dueAt(state)
    },
  }
}
