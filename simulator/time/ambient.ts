// `Date`, `setTimeout` and `setInterval` for participants of a home. The libraries in it (oidc-provider, jose, oauth4webapi, aedes,
// mqtt.js) read them by themselves; inside a home they are on its clock, and outside they are what they were.
import { promisify } from 'node:util'
import { CALLED_OFF } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'
import { currentParticipant, type Participant } from './participant.ts'

const real = {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
}
let users = 0

/** Puts the home's time in place. Call the returned function when the home ends; the last one restores everything. */
export function borrowTime(): () => void {
  if (users++ === 0) {
    Object.assign(real, {
      Date: globalThis.Date,
      setTimeout: globalThis.setTimeout,
      clearTimeout: globalThis.clearTimeout,
      setInterval: globalThis.setInterval,
      clearInterval: globalThis.clearInterval,
    })
    Object.assign(globalThis, { Date: dateOfWhoAsks(real.Date), ...timersOfWhoAsks })
  }
  let given = false
  return () => {
    if (given) return
    given = true
    if (--users === 0) Object.assign(globalThis, real)
  }
}

const now = (): number => currentParticipant()?.clock.now() ?? real.Date.now()

/** The same constructor, prototype included, that knows another present. */
const dateOfWhoAsks = (date: DateConstructor): DateConstructor =>
  new Proxy(date, {
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  })

type Callback = (...values: unknown[]) => void

/** What Node's own timers offer, for those who call them on what they got. */
class HomeTimer {
  #stopped = new AbortController()
  readonly #start: (signal: AbortSignal) => void

  constructor({ clock }: Participant, length: number, repeat: boolean, then: () => void) {
    this.#start = (signal) => {
      const run = async () => {
        do {
          await clock.sleep(millis(Math.max(1, length || 0)), signal)
          then()
        } while (repeat && !signal.aborted)
      }
      run().catch((error: unknown) => {
        // A callback that throws is the callback's affair, as it is with Node's timers.
        if (!signal.aborted) throw error
      })
    }
    this.#start(this.#stopped.signal)
  }

  stop(): void {
    this.#stopped.abort(CALLED_OFF)
  }
  refresh(): this {
    this.stop()
    this.#stopped = new AbortController()
    this.#start(this.#stopped.signal)
    return this
  }
  [Symbol.dispose](): void {
    this.stop()
  }
  close(): void {
    this.stop()
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }
  hasRef(): boolean {
    return false
  }
}

const set =
  (name: 'setTimeout' | 'setInterval') =>
  (then: Callback, length = 0, ...values: unknown[]): unknown => {
    const participant = currentParticipant()
    if (participant?.timers !== true) return (real[name] as (...all: unknown[]) => unknown)(then, length, ...values)
    return new HomeTimer(participant, length, name === 'setInterval', () => then(...values))
  }
const clear =
  (name: 'clearTimeout' | 'clearInterval') =>
  (timer: unknown): void => {
    if (timer instanceof HomeTimer) timer.stop()
    else real[name](timer as NodeJS.Timeout)
  }

const timersOfWhoAsks = {
  setTimeout: Object.assign(set('setTimeout'), { [promisify.custom]: Reflect.get(real.setTimeout, promisify.custom) }),
  clearTimeout: clear('clearTimeout'),
  setInterval: set('setInterval'),
  clearInterval: clear('clearInterval'),
}
