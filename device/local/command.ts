// `latchkey device status|pair|unpair|reset|add-code|remove-code|list-codes <kind>`: asks the agent that runs, and says what it answered.
import type { Clock } from '#contract/clock.ts'
import { UsageError } from '#contract/settings.ts'
import { millis, seconds } from '#contract/time.ts'
import { ASK_AGAIN } from '../program-name.ts'
import { UNPAIRED_WORDS } from '../status.ts'
import { askAgent } from './client.ts'
import type { Ask, Reply, Request } from './requests.ts'

export interface CommandOptions {
  readonly request: Request
  readonly folder: string
  readonly json: boolean
  readonly clock: Clock
  readonly print: (line: string) => void
  /** Asks the person at the terminal for a secret: never an argument, which everybody on the machine can see. */
  readonly readSecret: (question: string) => Promise<string>
  readonly duress?: boolean
  /** Whose code it is about. */
  readonly user?: string | undefined
}

/** Resolves with the exit code. Rejects with one line when no agent runs there. */
export async function runCommand(options: CommandOptions): Promise<number> {
  const { request, folder, json, clock, print } = options
  const first = await askAgent(folder, await askFor(options), clock)
  const reply = request === 'pair' && first.ok ? await waitForCode(options) : first
  print(json ? JSON.stringify(reply) : formatReply(request, reply))
  return reply.ok ? 0 : 1
}

/** What the agent is sent: with the secret that a person types, where there is one. */
async function askFor({ request, readSecret, duress = false, user }: CommandOptions): Promise<Ask> {
  const whose = user === undefined ? {} : { user }
  if (request === 'remove-code') {
    if (user === undefined) throw new UsageError('Cannot remove a code as --user must name whose it is: got none')
    return { request, ...whose }
  }
  if (request !== 'add-code') return { request }
  return { request, code: await readSecret('New code, five to eight digits (not shown): '), duress, ...whose }
}

/** As long as a hub may take to give a code. */
const CODE_WITHIN = seconds(15)

async function waitForCode({ folder, clock }: CommandOptions): Promise<Reply> {
  const deadline = clock.uptime() + CODE_WITHIN
  for (;;) {
    const reply = await askAgent(folder, { request: 'status' }, clock)
    const waits = reply.status?.phase === 'unpaired' || reply.status?.phase === 'starting'
    if (!waits || clock.uptime() > deadline) return reply
    await clock.sleep(millis(200))
  }
}

export function formatReply(request: Request, { ok, because, status, revoked, codes = [] }: Reply): string {
  if (!ok) return `Not done: ${because}`
  const hub = revoked === false ? ' The hub could not be told: remove the device there too.' : ''
  if (request === 'unpair') return `Unpaired.${hub}`
  const [{ user } = { user: 'somebody' }] = codes
  if (request === 'add-code') return `The panel knows it from now on, as ${user}'s.`
  if (request === 'remove-code') return `The panel does not know ${user}'s code any more.`
  if (request === 'list-codes') return formatCodes(codes)
  if (request === 'reset') return `Reset: it is as new.${hub}`
  return formatStatus(status)
}

function formatCodes(codes: NonNullable<Reply['codes']>): string {
  const width = Math.max(0, ...codes.map(({ user }) => user.length))
  return codes.map(({ user, role }) => `${user.padEnd(width)}  ${role}`).join('\n') || 'None.'
}

function formatStatus(status: Reply['status']): string {
  switch (status?.phase) {
    case 'online':
      return `In: ${status.device}`
    case 'pairing':
      return `Waiting to be let in: ${status.authorization.userCode} at ${status.authorization.verificationUri}`
    case 'offline':
      return `Offline: ${status.because}. It goes on alone and tries again.`
    case 'unpaired':
      return `Not paired: it ${UNPAIRED_WORDS[status.because]}. ${ASK_AGAIN}`
    default:
      return 'Starting.'
  }
}
