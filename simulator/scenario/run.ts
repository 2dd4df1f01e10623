// Runs a scenario from its start to its end, and says what came of it.
import { type Instant, instant, millis } from '#contract/time.ts'
import { Unsettled } from '../clock.ts'
import { type Home, type HomeOptions, startHome } from '../home.ts'
import { type Length, lengthOf } from '../length.ts'
import type { Check, Outcome, Report } from '../report/report.ts'
import { actionsOf, formatAction, formatStep, isFault, perform } from './actions.ts'
import { type Answering, answering, expecting, type Verdict } from './expectations.ts'
import { checkScenario } from './read.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { createSchedule, type Due } from './schedule.ts'
import type { Scenario } from './schema.ts'
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
  /** Real time after which the run is given up: ten minutes, and as long as it must take at `speed`. */
  readonly timeout?: Length | undefined
  /** Gives the run up. */
  readonly signal?: AbortSignal | undefined
  readonly log?: HomeOptions['log']
  readonly onProgress?: (progress: Progress) => void
  /** Reads a file the scenario names, such as a weather file. */
  readonly readFile?: (name: string) => string
  /** Gets every message of the run as NDJSON, before the home is gone. */
  readonly keepTranscript?: (ndjson: string) => void
}

export interface Progress {
  /** 0 to 1. */
  readonly share: number
  readonly now: Instant
  /** IANA. */
  readonly zone: string
}

const TIMEOUT = millis(600_000)
/** People see it move; nobody pays for more. */
const PROGRESS_EVERY_MILLIS = 100

/** Throws a `ScenarioError` for a scenario that makes no sense, and a `WeatherError` for its weather; whatever happens in it is reported. */
export async function runScenario(given: Scenario, options: RunOptions = {}): Promise<Report> {
  const scenario = checkScenario(given)
  const { home: wanted = {}, steps = [], expect = [] } = scenario
  const { file, locate, speed, signal } = options
  const seed = options.seed ?? scenario.seed ?? 1
  const zone = wanted.zone ?? DEFAULT_ZONE
  const start = startOf(scenario)
  const length = lengthOf(scenario.for)
  const end = instant(start + length)
  const timeout =
    options.timeout === undefined
      ? millis(TIMEOUT + (speed === undefined ? 0 : length / speed))
      : lengthOf(options.timeout)
  const weather = weatherOf(wanted.weather, { seed, start, end, readFile: options.readFile })

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
  const answers = new Map<number, Answering>()
  steps.forEach((step, order) => {
    if (step.expect !== undefined) answers.set(order, answering(formatStep(step), step.expect))
  })
  const schedule = createSchedule(home, steps, { start, end, zone })
  const moments = [...new Set(expectations.flatMap(({ moments }) => moments))]
    .filter((at) => at > start && at < end)
    .sort((a, b) => a - b)

  let looked = performance.now()
  const stopLooking = home.onEvent(() => {
    const now = home.now
    for (const each of expectations) each.look(home, now)
    schedule.look()
    recorder.look()
    const real = performance.now()
    if (real - looked < PROGRESS_EVERY_MILLIS) return
    looked = real
    options.onProgress?.({ share: (now - start) / length, now, zone })
  })
  const isUnsafe = () => home.violations.length > 0
  const whyLate = () => {
    if (signal?.aborted) return 'it was interrupted'
    if (performance.now() - began > timeout) return `it took longer than ${Math.round(timeout / 1000)} s of real time`
    return undefined
  }
  const enough = () => isUnsafe() || whyLate() !== undefined || schedule.isWaiting()

  let gaveUp: string | undefined
  let undone: Undone | undefined
  try {
    while (home.now < end && !isUnsafe() && gaveUp === undefined && undone === undefined) {
      for (const due of schedule.due()) {
        if (isUnsafe() || undone !== undefined) break
        undone = await doStep(home, due, recorder, answers.get(due.order))
      }
      if (isUnsafe() || undone !== undefined) break
      const next = Math.min(end, schedule.next() ?? end, moments.find((at) => at > home.now) ?? end)
      await home.turn(millis(next - home.now), { enough, speed })
      gaveUp = whyLate()
    }
    // The last moment counts as well.
    if (home.now >= end) await home.settle()
  } catch (error) {
    if (!(error instanceof Unsettled)) throw error
    gaveUp = error.message
  } finally {
    stopLooking()
  }

  const at = (path: readonly (string | number)[]) => locate?.(path)
  const ended = home.now < end ? home.now : undefined
  const checks = [
    ...expectations.map((each, index) => checkOf(each.name, each.verdict(ended), start, at(['expect', index]))),
    ...[...answers].map(([order, each]) => checkOf(each.name, each.verdict(), start, at(['steps', order]))),
    ...(undone === undefined ? [] : [checkOf(undone.name, undone.verdict, start, at(['steps', undone.order]))]),
    ...safetyChecks(home, start),
  ]
  options.keepTranscript?.(home.transcript.ndjson())
  return {
    ...{ name: scenario.name, seed, zone, checks, startedAt: start },
    ...(scenario.story !== undefined && { story: scenario.story }),
    ...(file !== undefined && { file }),
    ...(gaveUp !== undefined && { gaveUp }),
    hash: home.transcript.hash(),
    lengthMillis: home.now - start,
    tookMillis: performance.now() - began,
    outcome: outcomeOf(checks, gaveUp),
    command: `latchkey simulate ${quoted(file ?? 'scenario.yaml')} --seed ${seed}`,
    ...recorder.recorded(gaveUp),
  }
}

/** A step that could not be done: the rest of the story would be another one. */
interface Undone {
  readonly order: number
  readonly name: string
  readonly verdict: Verdict
}

async function doStep(
  home: Home,
  { step, order }: Due,
  recorder: Recorder,
  answer: Answering | undefined,
): Promise<Undone | undefined> {
  for (const [name, value] of actionsOf(step)) {
    const words = typeof value === 'string' && name === 'say' ? value : formatAction(name, value)
    recorder.mark(isFault(name) ? 'fault' : 'step', words)
    try {
      const outcome = await perform(home, name, value, step.as)
      if (outcome !== undefined) answer?.hear(outcome, home.now)
    } catch (error) {
      if (error instanceof Unsettled || !(error instanceof Error)) throw error
      return { order, name: words, verdict: { outcome: 'failed', at: home.now, because: error.message } }
    }
    if (home.violations.length > 0) return undefined
  }
  return undefined
}

/** For a shell. */
const quoted = (file: string) => (/^[\w./@:+-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`)

function outcomeOf(checks: readonly Check[], gaveUp: string | undefined): Outcome {
  if (checks.some(({ kind, outcome }) => kind === 'safety' && outcome === 'failed')) return 'unsafe'
  if (gaveUp !== undefined) return 'timed_out'
  return checks.some(({ outcome }) => outcome !== 'passed') ? 'failed' : 'passed'
}

const checkOf = (name: string, { outcome, at, because }: Verdict, start: Instant, where?: string): Check => ({
  ...{ name, kind: 'expectation', outcome },
  ...(at !== undefined && { at: at - start }),
  ...(because !== undefined && { because }),
  ...(where !== undefined && { where }),
})

function safetyChecks(home: Home, start: Instant): readonly Check[] {
  return home.safetyRules.map((name) => {
    const broken = home.violations.find(({ rule }) => rule === name)
    if (broken === undefined) return { name, kind: 'safety', outcome: 'passed' }
    return { name, kind: 'safety', outcome: 'failed', at: broken.at.wall - start, because: broken.because }
  })
}
