// A toaster of the product's own, beside a real hub with an owner, as a test of its life needs it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { systemClock } from '#contract/clock.ts'
import { type Agent, startAgent } from '../../../device/agent.ts'
import { answerFor } from '../../../device/local/answers.ts'
import { holdFolder } from '../../../device/local/socket.ts'
import { openToaster } from '../../../simulator/board.ts'
import { until } from '../../home.ts'
import type { Person } from '../../person.ts'
import { freePort } from '../../processes.ts'
import { quiet } from '../../quiet.ts'
import { moveIn, startPlainHub } from '../own-hub.ts'

export interface Place extends AsyncDisposable {
  readonly root: string
  readonly folder: string
  readonly issuer: URL
  readonly owner: Person
  /** Starts an agent that holds its folder, until it is disposed. */
  start(options?: { readonly in?: string; readonly log?: Logger }): Promise<Agent>
  /** Approves the code the agent shows, and resolves with its name when it is in. */
  approve(agent: Agent): Promise<string>
  stopHub(): Promise<void>
}

export async function createPlace(): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const folder = join(root, 'device')
  const hub = await startPlainHub(join(root, 'hub'), await freePort())
  const { publicUrl: issuer } = hub
  let stopped: Promise<void> | undefined
  const stopHub = async (): Promise<void> => {
    stopped ??= Promise.resolve(hub[Symbol.asyncDispose]())
    await stopped
  }
  const owner = await moveIn(hub)
  return {
    ...{ root, folder, issuer, owner, stopHub },
    async start({ in: place = folder, log = quiet } = {}) {
      const clock = systemClock
      const local = await holdFolder({ folder: place, clock, log })
      const { product } = openToaster(clock)
      const agent = await startAgent({ product, name: 'Toaster', issuer, folder: place, clock, log, random: () => 0.1 })
      local.serve(answerFor(agent))
      return {
        ...agent,
        get status() {
          return agent.status
        },
        async [Symbol.asyncDispose]() {
          await agent[Symbol.asyncDispose]()
          await local[Symbol.asyncDispose]()
        },
      }
    },
    async approve(agent) {
      const pairing = await until(() => (agent.status.phase === 'pairing' ? agent.status : undefined), 'a code')
      await owner.post('/pair', { user_code: pairing.authorization.userCode, answer: 'approved' })
      await until(() => agent.status.phase === 'online', 'it to be in')
      return pairing.device
    },
    async [Symbol.asyncDispose]() {
      await stopHub()
      rmSync(root, { recursive: true })
    },
  }
}
