// Scenarios as a program: `latchkey simulate`.
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { runProgram } from '#contract/program.ts'
import { formatSettings, UsageError } from '#contract/settings.ts'
import { formatAnnotations } from '../report/annotations.ts'
import { exitCodeOf } from '../report/exit-code.ts'
import { formatJson } from '../report/json.ts'
import type { Report } from '../report/report.ts'
import { formatTerminal } from '../report/terminal.ts'
import { formatSchema } from '../scenario/json-schema.ts'
import { type ReadScenario, readScenario, ScenarioError } from '../scenario/read.ts'
import { runScenario } from '../scenario/run.ts'
import { WeatherError } from '../weather/weather.ts'
import { readBeside } from './beside.ts'
import { checkOutputs, writeOutputs } from './outputs.ts'
import { createScreen } from './screen.ts'
import { search } from './search.ts'
import { readSimulateConfig, SIMULATE_SETTINGS, type SimulateConfig } from './settings.ts'

const HELP = `Usage: latchkey simulate <scenario.yaml or folder> … [options]
       latchkey simulate --fuzz <count> [options]

Runs scenarios on a whole simulated home and judges them. The safety rules of
the devices always hold.

${formatSettings(SIMULATE_SETTINGS)}

Exit codes: 0 passed, 1 an expectation failed, 2 wrong usage,
3 a safety rule was broken, 4 timed out.`

async function main(stop: AbortSignal): Promise<number> {
  const config = readSimulateConfig(process.argv.slice(2), process.env)
  if (config === 'help') {
    console.log(HELP)
    return 0
  }
  if (config === 'schema') {
    process.stdout.write(formatSchema())
    return 0
  }
  checkOutputs(config)
  // Whatever a scenario's text looks like, GitHub's runner takes no orders from it.
  const resume = config.annotate ? stopCommands() : ''
  const screen = createScreen(process.stderr)
  const tell = (report: Report) => {
    screen.clear()
    if (!config.json) process.stdout.write(`${formatTerminal(report, look())}\n`)
  }
  const say = (text: string) => {
    if (!config.json) console.log(text)
  }
  const { reports, isWhole } =
    config.fuzz === undefined
      ? { reports: await runAll(config), isWhole: true }
      : await search({ ...config, runs: config.fuzz, stop, screen, say })
  if (config.fuzz !== undefined) reports.forEach(tell)
  writeOutputs(config, reports)
  process.stdout.write(resume + (config.annotate ? formatAnnotations(reports) : ''))
  if (config.json) process.stdout.write(formatJson(reports))
  return isWhole ? exitCodeOf(reports) : GIVEN_UP

  async function runAll({ files, seed, speed, timeout, transcript }: SimulateConfig): Promise<readonly Report[]> {
    // All are checked before any is run.
    const read = files.map((file) => ({ file, ...readFrom(file) }))
    const done: Report[] = []
    for (const { file, scenario, locate } of read) {
      if (stop.aborted) break
      const report = await runScenario(scenario, {
        ...{ file, locate, seed, speed, timeout, signal: stop },
        onProgress: (progress) => screen.progress(scenario.name, progress),
        readFile: (name) => readBeside(file, name),
        ...(transcript !== undefined && { keepTranscript: (text) => writeFileSync(transcript, text) }),
      }).catch(asUsage)
      done.push(report)
      tell(report)
    }
    return done
  }
}

/** A search that was interrupted has not passed. */
const GIVEN_UP = 4

/** Returns what must be printed before the runner listens again: a word that nobody can guess. */
function stopCommands(): string {
  const word = randomUUID()
  process.stdout.write(`::stop-commands::${word}\n`)
  return `::${word}::\n`
}

const look = () => ({
  // Lines longer than this nobody likes to read, however wide the window is.
  columns: Math.min(80, process.stdout.columns ?? 80),
  colour: process.stdout.isTTY === true && process.stdout.hasColors(process.env),
})

function readFrom(file: string): ReadScenario {
  try {
    return readScenario(readFileSync(file, 'utf8'), file)
  } catch (error) {
    return asUsage(error)
  }
}

/** What is wrong with what was given is wrong usage: nothing was run. */
function asUsage(error: unknown): never {
  if (error instanceof ScenarioError || error instanceof WeatherError) throw new UsageError(error.message)
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') throw new UsageError(error.message)
  throw error
}

await runProgram(main)
