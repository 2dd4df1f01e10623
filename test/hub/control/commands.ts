// `latchkey token …` and `latchkey keys …` without a process of their own.
import { join } from 'node:path'
import { systemClock } from '#contract/clock.ts'
import { runHubCommand } from '../../../hub/control/command.ts'
import { keysCommand } from '../../../hub/control/keys/keys.ts'
import { tokenCommand } from '../../../hub/control/token/token.ts'
import { type Hub, startHub } from '../../../hub/hub.ts'
import { loopback } from '../../home.ts'
import { quiet } from '../../quiet.ts'

export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A hub that nobody owns, on the folder that `run` is told: HTTP on a port of its own, and nothing else. */
export const startBareHub = (data: string): Promise<Hub> =>
  startHub({
    ...{ folder: join(data, 'hub'), http: loopback, mqtt: undefined, mqtts: undefined },
    ...{ tls: { type: 'off' }, publicUrl: undefined, mdns: false, log: quiet },
  })

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
