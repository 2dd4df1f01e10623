// Each expectation watches the home as it goes, and says at the end whether it was met. Pure but for looking at the home.

import { type Instant, instant, millis } from '#contract/time.ts'
import type { Outcome } from '../home/handles.ts'
import type { Home } from '../home.ts'
import { formatLength, lengthOf } from '../length.ts'
import { type Condition, readCondition } from './condition.ts'
import { momentOf } from './moment.ts'
import { type Answer, formatOutcome, isAnswer } from './refusals.ts'
import type { Expectation } from './schema.ts'

export interface Verdict {
  readonly outcome: 'passed' | 'failed' | 'not_checked'
  readonly at?: Instant
  readonly because?: string
}

export interface Expecting {
  readonly name: string
  /** When it begins and ends: the run must look exactly then, besides after every event. */
  readonly moments: readonly Instant[]
  look(home: Home, now: Instant): void
  /** Once the run is over. `ended` is when that was, where it did not come to its end. */
  verdict(ended?: Instant): Verdict
}

export interface Span {
  readonly start: Instant
  readonly end: Instant
  readonly zone: string
}

const PASSED: Verdict = { outcome: 'passed' }
const NEVER_BEGUN: Verdict = { outcome: 'not_checked', because: 'the run ended before it began' }
/** It held as long as anybody looked, and nobody looked to the end. */
const CUT_SHORT: Verdict = { outcome: 'not_checked', because: 'the run ended before it did' }
const endedEarly = (ended: Instant | undefined, until: Instant): boolean => ended !== undefined && ended < until

export function expecting(expectation: Expectation, span: Span): Expecting {
  const { start, end, zone } = span
  const from = expectation.from === undefined ? start : momentOf(expectation.from, start, start, zone)
  const within = expectation.within === undefined ? undefined : instant(from + lengthOf(expectation.within))
  const until = expectation.until === undefined ? (within ?? end) : momentOf(expectation.until, start, from, zone)
  const { name, always, never, eventually, sequence } = expectation
  const bounds = { from, until }
  if (always !== undefined) return holding(name ?? `always ${always}`, readCondition(always), true, bounds)
  if (never !== undefined) return holding(name ?? `never ${never}`, readCondition(never), false, bounds)
  if (eventually !== undefined) return ordered(name ?? `eventually ${eventually}`, [readCondition(eventually)], bounds)
  if (sequence !== undefined)
    return ordered(name ?? `in sequence ${sequence.join(', ')}`, sequence.map(readCondition), bounds)
  return measured(name, expectation, bounds)
}

export interface Answering {
  readonly name: string
  hear(outcome: Outcome, now: Instant): void
  verdict(): Verdict
}

/** What a step expects its phone to be told, each time it is done. `what` is the step in words. */
export function answering(what: string, expected: Answer): Answering {
  let heard = false
  let failed: Verdict | undefined
  return {
    name: `${what} is ${expected}`,
    hear(outcome, now) {
      heard = true
      if (failed === undefined && !isAnswer(outcome, expected))
        failed = { outcome: 'failed', at: now, because: `it was ${formatOutcome(outcome)}` }
    },
    verdict: () => failed ?? (heard ? PASSED : { outcome: 'not_checked', because: 'the step was never done' }),
  }
}

interface Bounds {
  readonly from: Instant
  readonly until: Instant
}

function holding(name: string, condition: Condition, wanted: boolean, { from, until }: Bounds): Expecting {
  let failed: Verdict | undefined
  let looked = false
  return {
    name,
    moments: [from, until],
    look(home, now) {
      if (failed !== undefined || now < from || now > until) return
      looked = true
      if (condition.holds(home) !== wanted) failed = { outcome: 'failed', at: now, because: condition.describe(home) }
    },
    verdict(ended) {
      if (failed !== undefined) return failed
      if (!looked) return NEVER_BEGUN
      return endedEarly(ended, until) ? CUT_SHORT : PASSED
    },
  }
}

/** One condition after the other; each may hold at the same moment as the one before it. */
function ordered(name: string, conditions: readonly Condition[], { from, until }: Bounds): Expecting {
  let reached = 0
  let last: { readonly at: Instant; readonly seen: string } | undefined
  return {
    name,
    moments: [from, until],
    look(home, now) {
      if (now < from || now > until) return
      for (let next = conditions[reached]; next?.holds(home); next = conditions[reached]) reached += 1
      const waiting = conditions[reached]
      if (waiting !== undefined) last = { at: now, seen: waiting.describe(home) }
    },
    verdict(ended) {
      const waiting = conditions[reached]
      if (waiting === undefined) return PASSED
      if (endedEarly(ended, until)) return last === undefined ? NEVER_BEGUN : CUT_SHORT
      const because = `waited ${formatLength(millis(until - from))} for ${waiting.text}: ${last?.seen ?? 'it was never looked at'}`
      return { outcome: 'failed', because, at: last?.at ?? from }
    },
  }
}

/** Bounds on what the whole run adds up to. */
function measured(name: string | undefined, expectation: Expectation, bounds: Bounds): Expecting {
  const [kind, unit] = (
    [
      ['comfort', 'K·h too cold'],
      ['cycles', 'cycles a day'],
      ['energy', 'kWh'],
    ] as const
  ).find(([key]) => expectation[key] !== undefined) ?? ['energy', 'kWh']
  const { 'at-most': atMost = Number.POSITIVE_INFINITY, 'at-least': atLeast = 0 } = expectation[kind] ?? {}
  const wanted = [
    ...(atLeast > 0 ? [`at least ${atLeast}`] : []),
    ...(Number.isFinite(atMost) ? [`at most ${atMost}`] : []),
  ].join(', ')
  let begun: number | undefined
  let sum: number | undefined
  return {
    name: name ?? `${kind}: ${wanted} ${unit}`,
    moments: [bounds.from, bounds.until],
    look(home, now) {
      if (now < bounds.from || now > bounds.until) return
      begun ??= home.measures[kind]
      sum = home.measures[kind] - begun
    },
    verdict(ended) {
      if (sum === undefined) return NEVER_BEGUN
      if (endedEarly(ended, bounds.until)) return CUT_SHORT
      const days = (bounds.until - bounds.from) / 86_400_000
      const value = kind === 'cycles' ? sum / days : sum
      if (value >= atLeast && value <= atMost) return PASSED
      return { outcome: 'failed', at: bounds.until, because: `it is ${Math.round(value * 100) / 100} ${unit}` }
    },
  }
}
