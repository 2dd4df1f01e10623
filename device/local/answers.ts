// What the agent answers to its command line.
import type { CodeBook } from '../security/codes.ts'
import type { Server } from '../server.ts'
import { publicStatus, type Status } from '../status.ts'
import type { Ask, Reply } from './requests.ts'

export type Answer = (ask: Ask) => Promise<Omit<Reply, 'pid'>>

/** The agent as the command line sees it. */
export interface Asked {
  readonly status: Status
  readonly server: Server | undefined
  pair(): void
  unpair(): Promise<boolean>
  reset(): Promise<boolean | undefined>
  codes(): CodeBook
  readLog(): Promise<string>
}

export const answerFor =
  (agent: Asked): Answer =>
  async ({ request, code = '', duress = false, user }) => {
    switch (request) {
      case 'status':
        return { ok: true, status: publicStatus(agent.status), ...serverOf(agent.server) }
      case 'pair':
        if (agent.status.phase === 'online') return { ok: false, because: 'it is paired: unpair it first' }
        agent.pair()
        return { ok: true, status: publicStatus(agent.status) }
      case 'unpair':
        return { ok: true, revoked: await agent.unpair() }
      case 'reset': {
        const revoked = await agent.reset()
        return { ok: true, ...(revoked !== undefined && { revoked }) }
      }
      case 'add-code':
        return { ok: true, codes: [await agent.codes().add(code, { duress, user })] }
      case 'remove-code':
        return { ok: true, codes: [await agent.codes().remove(user ?? '')] }
      case 'list-codes':
        return { ok: true, codes: agent.codes().list() }
      case 'log':
        return { ok: true, log: await agent.readLog() }
    }
  }

const serverOf = (server: Server | undefined): Pick<Reply, 'server'> =>
  server === undefined
    ? {}
    : { server: { issuer: server.issuer.href, ...(server.ca !== undefined && { ca: server.ca }) } }
