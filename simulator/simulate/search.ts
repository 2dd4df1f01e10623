// `--fuzz`: looks for a scenario that breaks a safety rule or the promise to come back, and writes down the smallest that it found.
import { randomInt } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import type { Millis } from '#contract/time.ts'
import type { Report } from '../report/report.ts'
import { fuzz } from '../scenario/fuzz.ts'
import type { Scenario } from '../scenario/schema.ts'
import type { Screen } from './screen.ts'

export async function search(options: {
  readonly runs: number
  readonly seed: number | undefined
  readonly timeout: Millis | undefined
  readonly found: string
  readonly stop: AbortSignal
  readonly screen: Screen
  readonly say: (text: string) => void
}): Promise<{
  readonly reports: readonly Report[] /** Whether it looked at as many as it should. */
  readonly isWhole: boolean
}> {
  const { runs, seed = randomInt(1, 1_000_000), timeout, found, stop, screen, say } = options
  const result = await fuzz({
    ...{ runs, seed, timeout, signal: stop },
    onRun: (run, { outcome }) =>
      screen.say(`scenario ${run}${outcome === 'passed' ? '' : `: ${outcome}, making it smaller`}`),
  })
  screen.clear()
  if (result.failed === undefined) {
    const isWhole = result.runs === runs
    if (isWhole) say(`No trouble found: ${runs} random scenarios (seed ${seed})`)
    else say(`Interrupted after ${result.runs} of ${runs} random scenarios: no trouble so far (seed ${seed})`)
    return { reports: [], isWhole }
  }
  const { scenario, report, shrinks } = result.failed
  writeFileSync(found, formatFound(scenario, seed))
  say(`Found trouble in scenario ${result.runs}, made smaller ${shrinks} times, written to ${found}\n`)
  const command = `latchkey simulate ${found} --seed ${report.seed}`
  return { reports: [{ ...report, file: found, command }], isWhole: true }
}

const formatFound = (scenario: Scenario, seed: number): string =>
  `# Found by latchkey simulate --fuzz --seed ${seed}\n${stringify(scenario)}`
