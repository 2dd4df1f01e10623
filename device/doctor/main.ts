// `latchkey doctor [kind]` as a program of its own; the packaged agent has it as `latchkey-device doctor`.
import { runProgram } from '#contract/program.ts'
import { examine } from './examine.ts'

await runProgram(() => examine({ args: process.argv.slice(2), env: process.env, print: console.log }))
