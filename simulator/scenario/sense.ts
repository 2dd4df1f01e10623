// What each part of a scenario may say and all of them together may not: a device that is not in the home, an expectation that nothing could
// ever check.
import { parseInstant } from '#contract/clock.ts'
import { KINDS, type Kind } from '#contract/ids.ts'
import { type Instant, instant } from '#contract/time.ts'
import { DEFAULT_CONFIG } from '../../device/security/config.ts'
import { lengthOf } from '../home/length.ts'
import { instantOf } from '../local-time.ts'
import { actionsOf } from './actions.ts'
import { readCondition } from './condition.ts'
import { momentOf } from './moment.ts'
import type { Problem } from './read.ts'
import type { Action, Expectation, Scenario, Step } from './schema.ts'

export const DEFAULT_ZONE = 'UTC'
export const DEFAULT_START = '2030-01-14 06:00'

/** Throws a `RangeError` for a zone that does not exist. */
export function startOf({ home = {} }: Scenario): Instant {
  const { start = DEFAULT_START, zone = DEFAULT_ZONE } = home
  const [, year, month, day, hour, minute] = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2})$/.exec(start) ?? []
  return instantOf(zone, {
    ...{ year: Number(year), month: Number(month), day: Number(day) },
    ...{ hour: Number(hour), minute: Number(minute) },
  })
}

/** What a device is needed for. */
const NEEDS: Readonly<Partial<Record<keyof Action, Kind>>> = {
  ...{ target: 'thermostat', mode: 'thermostat', preset: 'thermostat', window: 'thermostat', sensor: 'thermostat' },
  ...{ program: 'toaster', browning: 'toaster', toaster: 'toaster', lever: 'toaster', key: 'toaster', jam: 'toaster' },
  ...{
    arm: 'security',
    disarm: 'security',
    open: 'security',
    close: 'security',
    tamper: 'security',
    burglar: 'security',
  },
}
/** Actions whose keys are devices. */
const BY_DEVICE = ['line', 'power', 'power-cut-at-write', 'disk', 'clock', 'relay'] as const

export function checkSense(scenario: Scenario): readonly Problem[] {
  const { home = {}, steps = [], expect = [] } = scenario
  const devices = home.devices ?? KINDS
  const problems: Problem[] = []
  const zone = home.zone ?? DEFAULT_ZONE
  let start: Instant
  try {
    start = startOf(scenario)
  } catch (error) {
    return [{ path: ['home', 'zone'], message: error instanceof Error ? error.message : String(error) }]
  }
  if (parseInstant((home.start ?? DEFAULT_START).replace(' ', 'T')) === undefined) {
    return [{ path: ['home', 'start'], message: 'must be a day of the calendar' }]
  }
  const end = instant(start + lengthOf(scenario.for))
  const missing = (kind: Kind) => `needs the ${kind}, which is not in this home: home.devices has ${devices.join(', ')}`
  const momentIn = (text: string) => momentOf(text, start, start, zone)

  steps.forEach((step, index) => {
    const path = ['steps', index]
    problems.push(...checkStep(step).map((problem) => ({ ...problem, path: [...path, ...problem.path] })))
  })
  expect.forEach((expectation, index) => {
    problems.push(
      ...checkExpectation(expectation).map((problem) => ({ ...problem, path: ['expect', index, ...problem.path] })),
    )
  })
  return problems

  function checkStep(step: Step): readonly Problem[] {
    const found: Problem[] = []
    for (const key of ['at', 'from', 'until'] as const) {
      const text = step[key]
      if (text !== undefined && momentIn(text) > end)
        found.push({ path: [key], message: `comes after the end: the run lasts ${scenario.for}` })
    }
    for (const kind of step.when === undefined ? [] : readCondition(step.when).needs) {
      if (!devices.includes(kind)) found.push({ path: ['when'], message: missing(kind) })
    }
    for (const [name, value] of actionsOf(step)) {
      const path = Array.isArray(step.do)
        ? ['do', actionsOf(step).findIndex(([, each]) => each === value), name]
        : ['do', name]
      const kinds = [
        ...(NEEDS[name] === undefined ? [] : [NEEDS[name]]),
        ...(BY_DEVICE.some((known) => known === name) ? Object.keys(value as object) : []),
        ...(name === 'revoke' || name === 'pair' ? [value as Kind] : []),
        ...(name === 'ghost' ? [(value as { device: Kind }).device] : []),
      ].filter((kind): kind is Kind => KINDS.some((known) => known === kind))
      for (const kind of kinds) if (!devices.includes(kind)) found.push({ path, message: missing(kind) })
      const zones = DEFAULT_CONFIG.zones.map(({ id }) => id)
      if ((name === 'open' || name === 'close' || name === 'burglar') && !zones.includes(String(value))) {
        found.push({ path, message: `must be a zone of the panel: it has ${zones.join(', ')}` })
      }
    }
    return found
  }

  function checkExpectation(expectation: Expectation): readonly Problem[] {
    const { always, never, eventually, sequence = [], from, until, within } = expectation
    const found: Problem[] = []
    const texts = [always, never, eventually, ...sequence].filter((text) => text !== undefined)
    for (const kind of new Set(texts.flatMap((text) => readCondition(text).needs))) {
      if (!devices.includes(kind)) found.push({ path: [], message: missing(kind) })
    }
    if (!devices.includes('thermostat')) {
      for (const key of ['comfort', 'cycles', 'energy'] as const) {
        if (expectation[key] !== undefined) found.push({ path: [key], message: missing('thermostat') })
      }
    }
    const begins = from === undefined ? start : momentIn(from)
    if (begins >= end)
      found.push({
        path: ['from'],
        message: `can never be checked: it begins after the end, and the run lasts ${scenario.for}`,
      })
    if (until !== undefined && momentOf(until, start, begins, zone) > end) {
      found.push({
        path: ['until'],
        message: `can never be checked: it ends after the run, which lasts ${scenario.for}`,
      })
    }
    if (until !== undefined && momentIn(until) <= begins) {
      found.push({ path: ['until'], message: 'can never be checked: it must come after its beginning' })
    }
    if (within !== undefined && eventually === undefined && sequence.length === 0) {
      found.push({ path: ['within'], message: 'is for eventually and sequence' })
    }
    if (within !== undefined && begins + lengthOf(within) > end) {
      found.push({
        path: ['within'],
        message: `can never be checked: it reaches beyond the end of the run, which lasts ${scenario.for}`,
      })
    }
    return found
  }
}
