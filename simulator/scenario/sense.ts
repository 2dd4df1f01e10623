// What each part of a scenario may say and all of them together may not: a device that is not in the home, a step that never comes, an
// expectation that nothing could ever check.
import { KINDS, type Kind } from '#contract/ids.ts'
import { instantOf, localOf } from '#contract/local-time.ts'
import { type Instant, instant } from '#contract/time.ts'
import { lengthOf } from '../length.ts'
import { actionsOf, isFromPhone } from './actions.ts'
import { readCondition } from './condition.ts'
import { momentOf } from './moment.ts'
import { neededBy } from './needs.ts'
import type { Expectation, Scenario, Step } from './schema.ts'

export type Key = string | number
/** What is wrong, and with which part of a scenario. */
export interface Problem {
  readonly path: readonly Key[]
  readonly message: string
}

export const DEFAULT_ZONE = 'UTC'
export const DEFAULT_START = '2030-01-14 06:00'

const START = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2})$/

/** Throws a `RangeError` for a zone that does not exist. */
export function startOf({ home = {} }: Scenario): Instant {
  const { start = DEFAULT_START, zone = DEFAULT_ZONE } = home
  return instantOf(zone, wallOf(start))
}

function wallOf(start: string) {
  const [, year, month, day, hour, minute] = START.exec(start)?.map(Number) ?? []
  return { year: year ?? 0, month: month ?? 0, day: day ?? 0, hour: hour ?? 0, minute: minute ?? 0 }
}

/** When the run is, and who is in it. */
interface Frame {
  readonly start: Instant
  readonly end: Instant
  readonly zone: string
  /** As the scenario says it. */
  readonly length: string
  readonly devices: readonly Kind[]
}

export function checkSense(scenario: Scenario): readonly Problem[] {
  const { home = {}, steps = [], expect = [] } = scenario
  const wrong = checkStart(home)
  if (wrong !== undefined) return [wrong]
  const start = startOf(scenario)
  const end = instant(start + lengthOf(scenario.for))
  const frame: Frame = {
    ...{ start, end, zone: home.zone ?? DEFAULT_ZONE, length: scenario.for, devices: home.devices ?? KINDS },
  }
  let previous = start
  const inSteps = steps.flatMap((step, index) => {
    const found = checkStep(step, previous, frame)
    if (step.at !== undefined) previous = momentOf(step.at, start, previous, frame.zone)
    return below(['steps', index], found)
  })
  const inExpectations = expect.flatMap((each, index) => below(['expect', index], checkExpectation(each, frame)))
  return [...inSteps, ...inExpectations]
}

const below = (path: Problem['path'], problems: readonly Problem[]): readonly Problem[] =>
  problems.map((problem) => ({ ...problem, path: [...path, ...problem.path] }))

function checkStart({
  zone = DEFAULT_ZONE,
  start = DEFAULT_START,
}: NonNullable<Scenario['home']>): Problem | undefined {
  const path = ['home', 'start']
  const wall = wallOf(start)
  const said = (inZone: string) => {
    const { year, month, day, hour, minute } = localOf(inZone, instantOf(inZone, wall))
    return (
      year === wall.year && month === wall.month && day === wall.day && hour === wall.hour && minute === wall.minute
    )
  }
  try {
    if (!said('UTC')) return { path, message: `must be a time of the calendar: got ${start}` }
    if (!said(zone)) return { path, message: `must be a time that comes: in ${zone} the clocks skip ${start}` }
    return undefined
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { path: ['home', 'zone'], message: `must be a time zone like Europe/London: got ${zone}` }
  }
}

const missing = (kind: Kind, devices: readonly Kind[]) =>
  `needs ${kind}, which is not in this home: home.devices has ${devices.join(', ')}`

function checkStep(step: Step, previous: Instant, frame: Frame): readonly Problem[] {
  return [
    ...checkTimes(step, previous, frame),
    ...checkWhen(step, frame),
    ...checkActions(step, frame),
    ...checkPhone(step),
  ]
}

function checkTimes({ at, every, from, until }: Step, previous: Instant, frame: Frame): readonly Problem[] {
  const { start, end, zone, length } = frame
  const found: Problem[] = []
  const late = `never comes: the run lasts ${length}`
  if (at !== undefined) {
    if (from !== undefined) found.push({ path: ['from'], message: 'is for every and when: at has its time' })
    if (until !== undefined) found.push({ path: ['until'], message: 'is for every and when: at has its time' })
    const moment = momentOf(at, start, previous, zone)
    if (moment >= end) found.push({ path: ['at'], message: late })
    if (moment < start) found.push({ path: ['at'], message: 'comes before the start' })
    return found
  }
  const begins = from === undefined ? start : momentOf(from, start, start, zone)
  if (begins >= end) found.push({ path: ['from'], message: late })
  if (begins < start) found.push({ path: ['from'], message: 'comes before the start' })
  const ends = until === undefined ? end : momentOf(until, start, begins, zone)
  if (ends > end) found.push({ path: ['until'], message: `comes after the end: the run lasts ${length}` })
  if (ends <= begins) found.push({ path: ['until'], message: 'must come after its beginning' })
  const first = from === undefined && every !== undefined && !every.endsWith(' messages') ? lengthOf(every) : 0
  if (found.length === 0 && begins + first >= ends) {
    found.push({ path: ['every'], message: `never comes: it begins ${every} after the start` })
  }
  return found
}

function checkWhen({ when }: Step, { devices }: Frame): readonly Problem[] {
  const needs = when === undefined ? [] : readCondition(when).needs
  return needs
    .filter((kind) => !devices.includes(kind))
    .map((kind) => ({ path: ['when'], message: missing(kind, devices) }))
}

function checkActions(step: Step, { devices }: Frame): readonly Problem[] {
  return actionsOf(step).flatMap(([name, value], index) => {
    const path = Array.isArray(step.do) ? ['do', index, name] : ['do', name]
    const absent = neededBy(name, value).filter((kind) => !devices.includes(kind))
    return absent.map((kind) => ({ path, message: missing(kind, devices) }))
  })
}

/** `as` and `expect` speak of a phone: what is done by hand asks nobody. */
function checkPhone(step: Step): readonly Problem[] {
  const byHand = actionsOf(step).find(([name]) => !isFromPhone(name))
  if (byHand === undefined) return []
  return (['as', 'expect'] as const)
    .filter((key) => step[key] !== undefined)
    .map((key) => ({ path: [key], message: `is for what goes through a phone: ${byHand[0]} does not` }))
}

function checkExpectation(expectation: Expectation, frame: Frame): readonly Problem[] {
  const { start, end, zone, length, devices } = frame
  const { always, never, eventually, sequence = [], from, until, within } = expectation
  const found: Problem[] = []
  const texts = [always, never, eventually, ...sequence].filter((text) => text !== undefined)
  for (const kind of new Set(texts.flatMap((text) => readCondition(text).needs))) {
    if (!devices.includes(kind)) found.push({ path: [], message: missing(kind, devices) })
  }
  for (const key of ['comfort', 'cycles', 'energy'] as const) {
    if (expectation[key] !== undefined && !devices.includes('thermostat'))
      found.push({ path: [key], message: missing('thermostat', devices) })
  }
  const cannot = (key: 'from' | 'until' | 'within', why: string) =>
    found.push({ path: [key], message: `can never be checked: ${why}` })
  const begins = from === undefined ? start : momentOf(from, start, start, zone)
  if (begins >= end) cannot('from', `it begins after the end, and the run lasts ${length}`)
  if (begins < start) cannot('from', 'it begins before the start')
  const ends = until === undefined ? end : momentOf(until, start, begins, zone)
  if (ends > end) cannot('until', `it ends after the run, which lasts ${length}`)
  if (ends <= begins && until !== undefined) cannot('until', 'it must come after its beginning')
  if (within !== undefined && eventually === undefined && sequence.length === 0) {
    found.push({ path: ['within'], message: 'is for eventually and sequence' })
  } else if (within !== undefined && until !== undefined) {
    found.push({ path: ['within'], message: 'is instead of until: must be one of the two' })
  } else if (within !== undefined && begins + lengthOf(within) > end) {
    cannot('within', `it reaches beyond the end of the run, which lasts ${length}`)
  }
  return found
}
