// Runs a scenario from its start to its end, and says what came of it.
import { type Instant, instant, type Millis, millis } from '#contract/time.ts'
import { Unsettled } from '../clock.ts'
import { lengthOf } from '../home/length.ts'
import { type Home, type HomeOptions, startHome } from '../home.ts'
import type { Check, Outcome, Report } from '../report/report.ts'
import { actionsOf, formatAction, isFault, perform } from './actions.ts'
import { readCondition } from './condition.ts'
import { type Expecting, expecting } from './expectations.ts'
import { momentOf } from './moment.ts'
import { createRecorder } from './recorder.ts'
import type { Scenario, Step } from './schema.ts'
import { DEFAULT_ZONE, startOf } from './sense.ts'
import { weatherOf } from './weather.ts'

export interface RunOptions {
  /** Instead of the scenario's own. */
  readonly seed?: number | undefined
  readonly file?: string | undefined
  /** `frost.yaml:12` of a part of the scenario. */
  readonly locate?: (path: readonly (string | number)[]) => string
  /** How many times faster than real time; as fast as it can. */
  readonly speed?: number | undefined
  /** Real time after which the run is given up. */
  readonly timeout?: Millis | undefined
  readonly log?: HomeOptions['log']
  readonly onProgress?: (progress: { readonly share: number; readonly now: Instant; readonly zone: string }) => void
  /** Reads a file the scenario names, such as a weather file. */
  readonly readFile?: (name: string) => string
}

const TIMEOUT = millis(600_000)
/** People see it move; nobody pays for more. */
const PROGRESS_EVERY_MILLIS = 100

export async function runScenario(scenario: Scenario, options: RunOptions = {}): Promise<Report> {
  const { home: wanted = {}, steps = [], expect = [] } = scenario
  const { file, locate, speed, timeout = TIMEOUT } = options
  const seed = options.seed ?? scenario.seed ?? 1
  const zone = wanted.zone ?? DEFAULT_ZONE
  const start = startOf(scenario)
  const length = lengthOf(scenario.for)
  const end = instant(start + length)
  const weather = weatherOf(wanted.weather, { seed, start, readFile: options.readFile })

  const began = performance.now()
  await using home = await startHome({
    ...{ seed, start, zone, safety: 'note' },
    ...(wanted.devices && { devices: wanted.devices }),
    ...(wanted.house && { house: wanted.house }),
    ...(wanted.people !== undefined && { people: wanted.people }),
    ...(wanted.pet !== undefined && { pet: wanted.pet }),
    ...(wanted.indoors !== undefined && { indoorCelsius: wanted.indoors }),
    ...(wanted.tokens !== undefined && { tokens: wanted.tokens }),
    ...(weather && { weather }),
    ...(options.log && { log: options.log }),
  })
  const recorder = createRecorder(home, start)
  const expectations = expect.map((each) => expecting(each, { start, end, zone }))
  const schedule = createSchedule(home, steps, { start, end, zone })
  const moments = [...new Set(expectations.flatMap(({ moments }) => moments))]
    .filter((at) => at > start && at < end)
    .sort((a, b) => a - b)

  let looked = performance.now()
  let timedOut: string | undefined
  const stopLooking = home.onEvent(() => {
    const now = home.now
    for (const each of expectations) each.look(home, now)
    schedule.look()
    recorder.look()
    const real = performance.now()
    if (real - looked < PROGRESS_EVERY_MILLIS) return
    looked = real
    options.onProgress?.({ share: (home.now - start) / length, now: home.now, zone })
  })
  const isUnsafe = () => home.violations.length > 0
  const isLate = () => performance.now() - began > timeout
  const enough = () => isUnsafe() || isLate() || schedule.isWaiting()

  try {
    while (home.now < end && !isUnsafe()) {
      for (const step of schedule.due()) {
        for (const [name, value] of actionsOf(step)) {
          recorder.mark(
            isFault(name) ? 'fault' : 'step',
            typeof value === 'string' && name === 'say' ? value : formatAction(name, value),
          )
          await perform(home, name, value)
          if (isUnsafe()) break
        }
      }
      if (isUnsafe()) break
      const next = Math.min(end, schedule.next() ?? end, moments.find((at) => at > home.now) ?? end)
      await home.turn(millis(next - home.now), { enough, ...(speed !== undefined && { speed }) })
      if (isLate()) {
        timedOut = `it took longer than ${Math.round(timeout / 1000)} s of real time`
        break
      }
    }
  } catch (error) {
    if (!(error instanceof Unsettled)) throw error
    timedOut = error.message
  } finally {
    stopLooking()
  }

  const checks = [...expectationChecks(expectations, start, locate), ...safetyChecks(home, start)]
  return {
    ...{ name: scenario.name, seed, zone, checks, startedAt: start },
    ...(scenario.story !== undefined && { story: scenario.story }),
    ...(file !== undefined && { file }),
    hash: home.transcript.hash(),
    lengthMillis: home.now - start,
    tookMillis: performance.now() - began,
    outcome: outcomeOf(checks, timedOut),
    command: `latchkey simulate ${file ?? '<scenario>'} --seed ${seed}`,
    ...recorder.recorded(timedOut),
  }
}

function outcomeOf(checks: readonly Check[], timedOut: string | undefined): Outcome {
  if (checks.some(({ kind, outcome }) => kind === 'safety' && outcome === 'failed')) return 'unsafe'
  if (timedOut !== undefined) return 'timed_out'
  return checks.some(({ outcome }) => outcome !== 'passed') ? 'failed' : 'passed'
}

function expectationChecks(
  expectations: readonly Expecting[],
  start: Instant,
  locate?: RunOptions['locate'],
): readonly Check[] {
  return expectations.map((each, index) => {
    const { outcome, at, because } = each.verdict()
    return {
      ...{ name: each.name, kind: 'expectation', outcome },
      ...(at !== undefined && { at: at - start }),
      ...(because !== undefined && { because }),
      ...(locate && { where: locate(['expect', index]) }),
    }
  })
}

function safetyChecks(home: Home, start: Instant): readonly Check[] {
  return home.safetyRules.map((name) => {
    const broken = home.violations.find(({ rule }) => rule === name)
    if (broken === undefined) return { name, kind: 'safety', outcome: 'passed' }
    return { name, kind: 'safety', outcome: 'failed', at: broken.at.wall - start, because: broken.because }
  })
}

/** Which steps are due, and when the next one will be. */
function createSchedule(
  home: Home,
  steps: readonly Step[],
  { start, end, zone }: { start: Instant; end: Instant; zone: string },
) {
  interface Timed {
    readonly step: Step
    readonly order: number
    readonly until: Instant
    readonly every: Millis | undefined
    at: Instant
  }
  const timed: Timed[] = []
  const triggered: {
    readonly step: Step
    readonly holds: () => boolean
    held: boolean
    readonly from: Instant
    readonly until: Instant
  }[] = []
  const counted: {
    readonly step: Step
    readonly every: number
    readonly from: Instant
    readonly until: Instant
    seen: number
  }[] = []
  const waiting: Step[] = []

  let previous = start
  steps.forEach((step, order) => {
    const from = step.from === undefined ? start : momentOf(step.from, start, start, zone)
    const until = step.until === undefined ? end : momentOf(step.until, start, from, zone)
    if (step.at !== undefined) {
      previous = momentOf(step.at, start, previous, zone)
      timed.push({ step, order, at: previous, until: end, every: undefined })
    } else if (step.when !== undefined) {
      const condition = readCondition(step.when)
      triggered.push({ step, holds: () => condition.holds(home), held: false, from, until })
    } else if (step.every?.endsWith(' messages')) {
      counted.push({ step, every: Number.parseInt(step.every, 10), from, until, seen: 0 })
    } else if (step.every !== undefined) {
      const every = lengthOf(step.every)
      timed.push({ step, order, at: instant(step.from === undefined ? from + every : from), until, every })
    }
  })
  home.onMessage(() => {
    for (const each of counted) {
      if (home.now < each.from || home.now > each.until) continue
      each.seen += 1
      if (each.seen % each.every === 0) waiting.push(each.step)
    }
  })

  return {
    /** Looks whether something that a step waits for has come true. */
    look(): void {
      for (const each of triggered) {
        const holds = home.now >= each.from && home.now <= each.until && each.holds()
        if (holds && !each.held) waiting.push(each.step)
        each.held = holds
      }
    },
    isWaiting: () => waiting.length > 0,
    next: (): Instant | undefined => timed.filter(({ at, until }) => at <= until).sort((a, b) => a.at - b.at)[0]?.at,
    /** What is to be done now; each is given once. */
    due(): readonly Step[] {
      const due = timed
        .filter(({ at, until }) => at <= home.now && at <= until)
        .sort((a, b) => a.at - b.at || a.order - b.order)
      for (const each of due)
        each.at = instant(each.every === undefined ? Number.POSITIVE_INFINITY : each.at + each.every)
      return [...due.map(({ step }) => step), ...waiting.splice(0)]
    },
  }
}
