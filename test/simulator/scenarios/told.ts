// What a run of a story came to, in words that a failing test can print.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../../../simulator/report/report.ts'
import { readScenario } from '../../../simulator/scenario/read.ts'
import { runScenario } from '../../../simulator/scenario/run.ts'

/** The stories of this folder. */
export const SCENARIOS: readonly string[] = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.yaml'))

/** These take longer than all the others together: they are told by `npm run test:long`. */
export const LONG_SCENARIOS: readonly string[] = [
  'burglar-behind-a-cut-line.yaml',
  'clocks-back.yaml',
  'clocks-forward.yaml',
  'every-tenth-message.yaml',
  'guests-evening.yaml',
  'week-away.yaml',
]

/** Runs one of them. */
export async function tell(file: string): Promise<Report> {
  const { scenario, locate } = readScenario(readFileSync(join(import.meta.dirname, file), 'utf8'), file)
  return runScenario(scenario, { file, locate })
}

/** Every check that was not met. */
export const unmet = ({ checks }: Report): readonly string[] =>
  checks
    .filter(({ outcome }) => outcome !== 'passed')
    .map(({ name, outcome, because, where }) =>
      [name, outcome === 'failed' ? because : `${outcome}: ${because}`, where].filter(Boolean).join(' | '),
    )
