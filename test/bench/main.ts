// `npm run bench`: prints a table and, last, one line of JSON. `--quick` runs each part just long enough to see that it works.
import { availableParallelism, cpus } from 'node:os'
import { seconds } from '#contract/time.ts'
import { agentFigures } from './agent.ts'
import { brokerThroughput } from './broker.ts'
import { controlFigures } from './control.ts'
import { fleetFigures } from './fleet.ts'
import { memoryOfTwo, REST, timeToDeed, timeToReady, timeToState } from './home.ts'
import { type Figure, formatTable } from './report.ts'
import { simulatedDays } from './simulation.ts'
import { tokenFigures } from './tokens.ts'
import { unpairedFigures } from './unpaired.ts'

const quick = process.argv.includes('--quick')
const parts: readonly (() => Promise<readonly Figure[]>)[] = [
  () => timeToReady(quick ? 1 : 5),
  () => timeToState(quick ? 1 : 5),
  () => timeToDeed(quick ? 5 : 200),
  () => brokerThroughput(quick ? 2_000 : 40_000),
  () => tokenFigures({ milliseconds: quick ? 300 : 5000, grants: quick ? 5 : 50, stormOf: quick ? 20 : 2000 }),
  () => unpairedFigures(quick ? { hours: 2, registrations: 60 } : { hours: 4, registrations: 3600 }),
  () => memoryOfTwo(REST),
  () => agentFigures(quick ? 1 : 9, quick ? seconds(2) : seconds(30)),
  () => controlFigures(quick ? 1 : 30),
  () => simulatedDays(quick),
  () => fleetFigures(quick ? 12 : 2000),
]

console.log(`Node ${process.versions.node}, ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown processor'}\n`)
const figures: Figure[] = []
for (const part of parts) {
  const found = await part()
  console.log(formatTable(found))
  figures.push(...found)
}
console.log(`\n${JSON.stringify(Object.fromEntries(figures.map(({ name, value, unit }) => [name, { value, unit }])))}`)
process.exit(0)
