// What a run of a story came to, in words that a failing test can print.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../../../simulator/report/report.ts'
import { readScenario } from '../../../simulator/scenario/read.ts'
import { runScenario } from '../../../simulator/scenario/run.ts'

/** Runs a story of this folder. */
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
