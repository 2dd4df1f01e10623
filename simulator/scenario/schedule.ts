// Which steps of a scenario are due, and when the next one will be.
import { type Instant, instant, type Millis } from '#contract/time.ts'
import type { Home } from '../home.ts'
import { lengthOf } from '../length.ts'
import { readCondition } from './condition.ts'
import { momentOf } from './moment.ts'
import type { Step } from './schema.ts'

/** A step, and its number in the scenario from 0. */
export interface Due {
  readonly step: Step
  readonly order: number
}

export interface Schedule {
  /** Looks whether something that a step waits for has come true; after everything that happens. */
  look(): void
  /** Whether something came true that is still to be done. */
  isWaiting(): boolean
  /** When the clock must stop next. */
  next(): Instant | undefined
  /** What is to be done now; each is given once. */
  due(): readonly Due[]
}

interface Timed extends Due {
  readonly until: Instant
  readonly every: Millis | undefined
  at: Instant
}
interface Triggered extends Due {
  readonly holds: () => boolean
  readonly from: Instant
  readonly until: Instant
  held: boolean
}
interface Counted extends Due {
  readonly every: number
  readonly from: Instant
  readonly until: Instant
  seen: number
}

export function createSchedule(
  home: Home,
  steps: readonly Step[],
  { start, end, zone }: { readonly start: Instant; readonly end: Instant; readonly zone: string },
): Schedule {
  const timed: Timed[] = []
  const triggered: Triggered[] = []
  const counted: Counted[] = []
  const waiting: Due[] = []

  let previous = start
  steps.forEach((step, order) => {
    const from = step.from === undefined ? start : momentOf(step.from, start, start, zone)
    const until = step.until === undefined ? end : momentOf(step.until, start, from, zone)
    if (step.at !== undefined) {
      previous = momentOf(step.at, start, previous, zone)
      timed.push({ step, order, at: previous, until: end, every: undefined })
    } else if (step.when !== undefined) {
      const condition = readCondition(step.when)
      triggered.push({ step, order, holds: () => condition.holds(home), held: false, from, until })
    } else if (step.every?.endsWith(' messages')) {
      counted.push({ step, order, every: Number.parseInt(step.every, 10), from, until, seen: 0 })
    } else if (step.every !== undefined) {
      const every = lengthOf(step.every)
      timed.push({ step, order, at: instant(step.from === undefined ? from + every : from), until, every })
    }
  })
  home.onMessage(() => {
    for (const each of counted) {
      if (home.now < each.from || home.now > each.until) continue
      each.seen += 1
      // Once at a moment, however many messages it has.
      if (each.seen % each.every === 0 && !waiting.includes(each)) waiting.push(each)
    }
  })

  return {
    look() {
      for (const each of triggered) {
        const holds = home.now >= each.from && home.now <= each.until && each.holds()
        if (holds && !each.held) waiting.push(each)
        each.held = holds
      }
    },
    isWaiting: () => waiting.length > 0,
    next: () => timed.filter(({ at, until }) => at <= until).sort((a, b) => a.at - b.at)[0]?.at,
    due() {
      const due = timed
        .filter(({ at, until }) => at <= home.now && at <= until)
        .sort((a, b) => a.at - b.at || a.order - b.order)
      for (const each of due) {
        each.at = instant(each.every === undefined ? Number.POSITIVE_INFINITY : each.at + each.every)
      }
      return [...due, ...waiting.splice(0)]
    },
  }
}
