// Looks for trouble nobody thought of: random scenarios against the safety rules, and against this: once everything is mended, every device is
// back within ten minutes. One that fails is made as small as it can be.
import fc from 'fast-check'
import { KINDS } from '#contract/ids.ts'
import { MODES, PRESETS, PROGRAMS } from '#contract/kinds.ts'
import { DEFAULT_CONFIG } from '../../device/security/config.ts'
import type { Report } from '../report/report.ts'
import { type RunOptions, runScenario } from './run.ts'
import type { Action, Scenario, Step } from './schema.ts'

export interface FuzzResult {
  readonly runs: number
  /** The smallest that was found, and what came of it. */
  readonly failed?: { readonly scenario: Scenario; readonly report: Report; readonly shrinks: number }
}

export interface FuzzOptions extends Pick<RunOptions, 'timeout' | 'log' | 'signal'> {
  readonly runs: number
  readonly seed: number
  readonly onRun?: (run: number, report: Report) => void
}

const zones = DEFAULT_CONFIG.zones.map(({ id }) => id)
/** A store keeps it, so there must be one. */
const ghosts = fc
  .constantFrom(
    { device: 'toaster' as const, path: 'cycle/start', payload: 'true' },
    { device: 'thermostat' as const, path: 'climate/target', payload: '35' },
    { device: 'security' as const, path: 'panel/command', payload: '{"action":"DISARM"}' },
  )
  .map((ghost): Action[] => [{ hub: 'start' }, { ghost }])
const oneOf = <const T extends string>(values: readonly T[]) => fc.constantFrom(...values)
const forOne = <T>(value: fc.Arbitrary<T>) =>
  fc.tuple(oneOf(KINDS), value).map(([kind, given]): Partial<Record<(typeof KINDS)[number], T>> => ({ [kind]: given }))

/** What people do. */
const deeds: readonly fc.Arbitrary<Action>[] = [
  fc.record({ target: fc.integer({ min: 5, max: 35 }) }),
  fc.record({ mode: oneOf(MODES) }),
  fc.record({ preset: oneOf(PRESETS) }),
  fc.record({ program: oneOf(PROGRAMS) }),
  fc.record({ browning: fc.integer({ min: 1, max: 7 }) }),
  fc.record({ toaster: oneOf(['start', 'cancel', 'lift', 'more'] as const) }),
  fc.record({ arm: oneOf(['away', 'home', 'night', 'vacation'] as const) }),
  fc.record({ disarm: oneOf(['right-code', 'wrong-code'] as const) }),
  fc.record({ lever: oneOf(['load', 'press', 'lift'] as const) }),
  fc.record({ key: oneOf(['start', 'cancel', 'remote-start', 'reset'] as const) }),
  fc.record({ open: oneOf(zones) }),
  fc.record({ close: oneOf(zones) }),
  fc.record({ window: oneOf(['open', 'close'] as const) }),
  fc.record({ burglar: oneOf(['front-door', 'back-door', 'kitchen-window']) }),
]
/** What breaks. */
const faults: readonly fc.Arbitrary<Action>[] = [
  fc.record({ outdoors: fc.integer({ min: -25, max: 40 }) }),
  fc.record({ sensor: oneOf(['stuck', 'silent', 'nan', 'mended'] as const) }),
  fc.record({ sensor: fc.record({ says: oneOf(['85', '-127', '21']).map(Number) }) }),
  fc.record({ jam: fc.boolean() }),
  fc.record({ tamper: fc.boolean() }),
  fc.record({
    hub: oneOf(['kill', 'stop', 'start', 'restart', 'kill-and-start', 'rotate-keys', 'replace-keys'] as const),
  }),
  fc.record({ broker: oneOf(['stop', 'start'] as const) }),
  fc.record({
    messages: fc.oneof(fc.constant('normal' as const), fc.record({ drop: share(), double: share(), reorder: share() })),
  }),
  fc.record({ line: forOne(oneOf(['cut', 'join', 'half-open'] as const)) }),
  fc.record({ power: forOne(oneOf(['cut', 'restore', 'blink'] as const)) }),
  fc.record({ 'power-cut-at-file-request': forOne(fc.integer({ min: 1, max: 12 })) }),
  fc.record({ disk: forOne(oneOf(['full', 'free'] as const)) }),
  fc.record({ clock: forOne(oneOf(['1h', '-1h', '365d', '-365d'])) }),
  fc.record({ answers: fc.array(oneOf(['slow_down', 'malformed'] as const), { minLength: 1, maxLength: 3 }) }),
]

function share() {
  return fc.integer({ min: 0, max: 3 }).map((tenths) => tenths / 10)
}

/** Everything that can be mended is, twenty minutes before the end. A plug that was pulled at a write is put in again as well. */
const MENDED: readonly Action[] = [
  { hub: 'start' },
  { broker: 'start' },
  { messages: 'normal' },
  ...KINDS.flatMap((kind): Action[] => [
    { line: { [kind]: 'join' } },
    { disk: { [kind]: 'free' } },
    { power: { [kind]: 'restore' } },
  ]),
]

export const anyScenario: fc.Arbitrary<Scenario> = fc
  .record({
    hours: fc.integer({ min: 1, max: 4 }),
    celsius: fc.integer({ min: -15, max: 30 }),
    indoors: fc.integer({ min: 3, max: 26 }),
    people: fc.integer({ min: 0, max: 2 }),
    steps: fc.array(fc.tuple(fc.integer({ min: 0, max: 1000 }), fc.oneof(...deeds, ...faults, ghosts)), {
      minLength: 1,
      maxLength: 14,
    }),
  })
  .map(({ hours, celsius, indoors, people, steps }): Scenario => {
    const length = hours * 60
    const timed = steps
      .map(([thousandth, action]) => ({ second: Math.floor((thousandth / 1000) * (length - 25) * 60), action }))
      .sort((a, b) => a.second - b.second)
      .map(({ second, action }): Step => ({ at: `+${second}s`, do: action }))
    return {
      name: 'A scenario that was searched for',
      home: { weather: { celsius }, indoors, people },
      for: `${length}m`,
      steps: [...timed, { at: `+${length - 20}m`, do: [...MENDED] }],
      expect: KINDS.map((kind) => ({
        eventually: `${kind}.status is online`,
        from: `+${length - 19}m`,
        within: '10m',
      })),
    }
  })

/** Rejects with what a scenario could not be run for; that is no verdict on anything. */
export async function fuzz({ runs, seed, timeout, log, signal, onRun }: FuzzOptions): Promise<FuzzResult> {
  let run = 0
  let last: Report | undefined
  let broken: unknown
  const property = fc.asyncProperty(anyScenario, fc.integer({ min: 1, max: 1_000_000 }), async (scenario, chance) => {
    // Called off, or of no use any more: what is left passes without being run.
    if (signal?.aborted || broken !== undefined) return true
    try {
      const report = await runScenario(scenario, { seed: chance, timeout, signal, ...(log && { log }) })
      if (signal?.aborted) return true
      run += 1
      onRun?.(run, report)
      if (report.outcome !== 'passed') last = report
      return report.outcome === 'passed'
    } catch (error) {
      broken = error
      return true
    }
  })
  const result = await fc.check(property, { numRuns: runs, seed, endOnFailure: false })
  if (broken !== undefined) throw broken
  const [scenario, chance] = result.counterexample ?? []
  if (scenario === undefined || chance === undefined || last === undefined) return { runs: run }
  // The last one that failed while shrinking is the smallest.
  return { runs: run, failed: { scenario: { ...scenario, seed: chance }, report: last, shrinks: result.numShrinks } }
}
