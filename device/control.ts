// What every product's control is: a pure, total machine. The runner (device/run.ts) stands around it with clock, hardware,
// disk and network; a simulated device runs the very same machine.
import type { Kind } from '#contract/ids.ts'
import type { JsonObject, PropertyPath, Value } from '#contract/property.ts'
import type { Millis, Moment } from '#contract/time.ts'

/** A command that has passed the door: the property exists, is settable, and the value has its datatype and range. */
export interface Command {
  readonly path: PropertyPath
  readonly value: Value
}

/** Who gave a command: somebody at the device itself, or the hub for somebody. */
export type Origin = 'device' | 'hub'

export type Ack = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string }

/** Something that happened, for the `event` property: published once, never retained. */
export interface Announcement {
  readonly path: PropertyPath
  readonly value: JsonObject
  /** For owners alone: published where nobody else may listen. */
  readonly silent?: true
  /** For the device's own log alone: no broker hears of it. */
  readonly local?: true
  /** What that log keeps beside `value`, such as who it was. */
  readonly noted?: JsonObject
}

export interface Step<State> {
  readonly state: State
  readonly announce?: readonly Announcement[]
}

export interface Reply<State> extends Step<State> {
  readonly ack: Ack
}

/**
 * `Reading` is what the hardware tells, `Actuators` what it is told. Every function is pure; time comes in as `at`.
 * Deadlines are kept in `uptime` (monotonic); what must survive a reboot goes through `saved` with the wall clock too.
 */
export interface Control<State, Reading, Actuators> {
  readonly kind: Kind
  /** The state after power-on. `saved` is what `saved()` last returned, read back from disk and not yet trusted. */
  begin(saved: unknown, at: Moment): State
  hear(state: State, reading: Reading, at: Moment): Step<State>
  obey(state: State, command: Command, at: Moment): Reply<State>
  /** Does whatever is due at `at`. Called at `dueAt` at the latest, and harmless at any other time. */
  tick(state: State, at: Moment): Step<State>
  /** The uptime at which `tick` has something to do next; undefined when only a reading or a command can change anything. */
  dueAt(state: State): Millis | undefined
  /** What the hardware shall do now. The runner applies it after every step, before anything is published. */
  actuators(state: State, at: Moment): Actuators
  /** The retained properties, whole; the runner publishes what changed. A property not known yet is left out. */
  properties(state: State, at: Moment): Readonly<Record<PropertyPath, Value>>
  /**
   * What a person should know: a sentence for each trouble that there is, undefined for each that there could be and is not. By ids of
   * Homie 5's `$alert`.
   */
  alerts(state: State, at: Moment): Readonly<Record<string, string | undefined>>
  /** What must survive a power cut, as JSON. The runner has it on disk before a command is acknowledged. */
  saved(state: State): JsonObject
}

/** The world as one product needs it: a board's drivers, or the simulator's. */
export interface Hardware<Reading, Actuators> extends AsyncDisposable {
  /**
   * Starts telling readings; called once. Readings may come at any time, also synchronously. `operate` is for what a person does at the
   * device itself and a phone could do as well: it goes the same way, with the same codes and refusals, hub or no hub.
   */
  listen(hear: (reading: Reading) => void, operate: (command: Command) => Promise<Ack>): void
  /** Sets every actuator; idempotent. Throws when the hardware does not answer. */
  apply(actuators: Actuators): void
}

export const done: Ack = { ok: true }
export const refuse = (code: string, message: string): Ack => ({ ok: false, code, message })
