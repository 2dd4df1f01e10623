// `latchkey keys` as a program.
import { systemClock } from '#contract/clock.ts'
import { runProgram } from '#contract/program.ts'
import { runHubCommand } from '../command.ts'
import { keysCommand } from './keys.ts'

const { argv, env } = process
await runProgram(() =>
  runHubCommand(keysCommand, {
    ...{ args: argv.slice(2), env, clock: systemClock },
    ...{ print: console.log, explain: console.error },
  }),
)
