// What the agent answers to its command line.
import { publicStatus, type Status } from '../status.ts'
import type { Answer } from './talk.ts'

/** The agent as the command line sees it. */
export interface Asked {
  readonly status: Status
  pair(): void
  unpair(): Promise<boolean>
  reset(): Promise<boolean | undefined>
  addCode(code: string, options: { readonly duress: boolean }): Promise<void>
}

export const answerFor =
  (agent: Asked): Answer =>
  async ({ request, code = '', duress = false }) => {
    switch (request) {
      case 'status':
        return { ok: true, status: publicStatus(agent.status) }
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
        await agent.addCode(code, { duress })
        return { ok: true }
    }
  }
