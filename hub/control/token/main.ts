// `latchkey token` as a program.
import { systemClock } from '#contract/clock.ts'
import { runProgram } from '#contract/program.ts'
import { runHubCommand } from '../command.ts'
import { tokenCommand } from './token.ts'

const { argv, env } = process
await runProgram(() =>
  runHubCommand(tokenCommand, {
    ...{ args: argv.slice(2), env, clock: systemClock },
    ...{ print: console.log, explain: console.error },
  }),
)
