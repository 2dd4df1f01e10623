// What a test has in its hand of a whole home.
import type { Kind } from '#contract/ids.ts'
import type { Role } from '#contract/scopes.ts'
import type { Instant, Millis } from '#contract/time.ts'
import type { House } from '../house/house.ts'
import type { Length } from '../length.ts'
import type { Violation } from '../safety/rule.ts'
import type { SecurityHandle, ThermostatHandle, ToasterHandle } from './devices.ts'
import type { Faults } from './faults.ts'
import type { Measures } from './measures.ts'
import type { Entry, Transcript } from './transcript.ts'

/** Each throws a `RangeError` where this home has no such device. */
export interface Devices {
  readonly thermostat: ThermostatHandle
  readonly toaster: ToasterHandle
  readonly security: SecurityHandle
}

export interface Home extends AsyncDisposable, Devices {
  readonly seed: number
  /** IANA; the time zone its people live by. */
  readonly zone: string
  readonly issuer: URL
  /** For clients of your own, over a real socket. They are not on this clock: see `settle`. */
  readonly mqttUrl: URL
  /** As a phone gets it: the owner's, with the scopes asked for; all of them by default. It lives ten minutes of the home's time. */
  accessToken(scopes?: readonly string[]): Promise<string>
  /**
   * For a program that cannot refresh a token, such as Node-RED: it never ends, whatever the clock says. `home:read` unless other scopes are
   * given.
   */
  appPassword(options?: { readonly name?: string; readonly scopes?: readonly string[] }): Promise<string>
  readonly devices: readonly Kind[]
  /** The devices in the hand of somebody who may do less: what their phone sends carries the scopes of their role. */
  as(role: Role): Devices
  readonly house: House
  readonly outdoorCelsius: number
  /** Another temperature than the weather's; undefined gives it back. */
  setOutdoors(celsius: number | undefined): void
  readonly faults: Faults
  readonly hubIsUp: boolean
  readonly measures: Measures
  /** Lets a device in again that has been put out: somebody asks it for a code and approves it. */
  pair(kind: Kind): Promise<void>
  /** Somebody comes in by the door or window of this zone who is not meant to. */
  sendBurglar(entrance: string): void
  readonly now: Instant
  /** Since the home was ready. */
  readonly elapsed: Millis
  /** Turns the clock: everything that is due happens, in order, as fast as the machine can or at `speed` times its own time. */
  advance(length: Length, options?: { readonly speed?: number }): Promise<void>
  /** Turns the clock until `enough`, asked after everything that happens. Resolves with whether it came to that. */
  turn(
    length: Length,
    options: { readonly enough?: () => boolean; readonly speed?: number | undefined },
  ): Promise<boolean>
  /** Turns the clock until `condition` is true. Rejects when that takes longer than `within`, and says so. */
  until(condition: () => boolean, options?: { readonly within?: Length; readonly what?: string }): Promise<void>
  /**
   * Resolves when everybody in the home has come to rest, without time passing. What clients of your own send comes over the machine's
   * network: wait for its effect, as with `expect.poll(() => home.settle().then(() => …))`.
   */
  settle(): Promise<void>
  readonly transcript: Transcript
  /** Hears each message. Returns how to stop. */
  onMessage(hear: (message: Entry) => void): () => void
  /** What is retained at the broker, by topic. */
  readonly retained: ReadonlyMap<string, string>
  /** The safety rules that were broken, and all that are watched. */
  readonly violations: readonly Violation[]
  readonly safetyRules: readonly string[]
  /** Asked after everything that happens. Returns how to stop. */
  onEvent(look: () => void): () => void
}

/** A safety rule was broken. The message says which, when, and how to see it again. */
export class SafetyError extends Error {
  override readonly name = 'SafetyError'
  readonly violations: readonly Violation[]

  constructor(violations: readonly Violation[], seed: number) {
    super(violations.map(({ rule, because }) => `${rule}: ${because} (seed ${seed})`).join('; '))
    this.violations = violations
  }
}
