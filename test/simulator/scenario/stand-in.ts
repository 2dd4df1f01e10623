// As much of a home as conditions look at, set by hand: a test says what is, and looks again.

import { instantOf } from '#contract/local-time.ts'
import { hours, type Instant, instant, minutes } from '#contract/time.ts'
import type { Entry } from '../../../simulator/home/transcript.ts'
import type { Home } from '../../../simulator/home.ts'

export const ZONE = 'Europe/Berlin'
/** A Monday, 20:00 in Berlin. */
export const START = instantOf(ZONE, { year: 2030, month: 1, day: 14, hour: 20, minute: 0 })
export const SPAN = { start: START, end: instant(START + hours(8)), zone: ZONE }

export interface Facts {
  readonly air?: number
  readonly target?: number
  readonly siren?: boolean
  readonly panel?: string
  readonly comfort?: number
  readonly cycles?: number
  readonly energy?: number
}

export interface StandIn {
  readonly home: Home
  /** What is from now on. */
  is(facts: Facts): void
  /** Minutes after the start. */
  goTo(minute: number): Instant
  /** Somebody says something. */
  speak(): void
}

export function createStandIn(): StandIn {
  let facts: Facts = {}
  let now = START
  const hearers = new Set<(message: Entry) => void>()
  const home = {
    get now() {
      return now
    },
    onMessage(hear: (message: Entry) => void) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    thermostat: {
      hardware: {
        place: {
          get airCelsius() {
            return facts.air
          },
        },
      },
      target: {
        get value() {
          return facts.target
        },
      },
    },
    security: {
      hardware: {
        get siren() {
          return facts.siren
        },
      },
      get state() {
        return facts.panel
      },
    },
    get measures() {
      const { comfort = 0, cycles = 0, energy = 0 } = facts
      return { comfort, cycles, energy }
    },
  } as unknown as Home
  return {
    home,
    is(next) {
      facts = { ...facts, ...next }
    },
    goTo(minute) {
      now = instant(START + minutes(minute))
      return now
    },
    speak() {
      for (const hear of hearers) hear({} as Entry)
    },
  }
}
