// `latchkey token …` and `latchkey keys …` without a process of their own.
import { systemClock } from '#contract/clock.ts'
import { runHubCommand } from '../../../hub/control/command.ts'
import { keysCommand } from '../../../hub/control/keys/keys.ts'
import { tokenCommand } from '../../../hub/control/token/token.ts'

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** As a person types it, with `LATCHKEY_DATA` set. Rejects where the program would say one line and end. */
export async function run(data: string, word: 'token' | 'keys', ...args: readonly string[]): Promise<Outcome> {
  const out: string[] = []
  const err: string[] = []
  const caller = {
    ...{ args, env: { LATCHKEY_DATA: data }, clock: systemClock },
    ...{ print: (line: string) => void out.push(line), explain: (line: string) => void err.push(line) },
  }
  const code = await (word === 'token' ? runHubCommand(tokenCommand, caller) : runHubCommand(keysCommand, caller))
  return { code, out: out.join('\n'), err: err.join('\n') }
}
