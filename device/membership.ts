// A device as a member of a home: it asks to be let in, stays in, and leaves. All of this is the network's side: the product regulates
// before any of it is loaded, and goes on whatever becomes of it.
import { CALLED_OFF } from '#contract/clock.ts'
import type { AgentOptions } from './agent.ts'
import { createComplaint } from './complaint.ts'
import type { CredentialStore } from './credentials/store.ts'
import { type Kept, openKept } from './kept.ts'
import { backOff } from './link/back-off.ts'
import { createObedience } from './link/commands.ts'
import type { Outbox } from './link/outbox.ts'
import { createRefresh } from './link/refresh.ts'
import type { Reports } from './link/reports.ts'
import { createTokenSource } from './link/tokens.ts'
import type { Tokens } from './oauth/answer.ts'
import { findHub, type HubClient } from './oauth/hub.ts'
import { pair } from './pair.ts'
import { reasonOf } from './reason.ts'
import type { RunningProduct } from './run.ts'
import { createServers, type Server } from './server.ts'
import type { Status, Unpaired } from './status.ts'
import { stayOnline } from './stay.ts'

type Options = Omit<AgentOptions<never, never, never>, 'product' | 'watchdog' | 'keepEvents' | 'reports' | 'onStatus'>

export interface MembershipOptions extends Options {
  readonly running: RunningProduct
  readonly outbox: Outbox
  readonly reports: Reports
  readonly tell: (status: Status) => void
}

export interface Membership extends AsyncDisposable {
  /** The one it belongs to, or asks to be let in; undefined until there is one. */
  readonly server: Server | undefined
  /** Asks for a new code where it waits for a person, and does nothing where it does not. */
  pair(): void
  /** Gives the grant back and forgets it. Resolves with whether the hub heard it; rejects where there is none. */
  unpair(): Promise<boolean>
  /** Gives the grant back and keeps it; undefined where there is none. */
  revoke(): Promise<boolean | undefined>
}

/** Lives until it is disposed; what goes wrong is told. */
export function startMembership(options: MembershipOptions): Membership {
  const { running, name, issuer, broker, folder, ca, lookup, network, keepAlive, clock, log, outbox, reports, tell } =
    options
  const { identity = { type: 'registers' }, credentialsDirectory, discover, random = Math.random } = options
  const { kind } = running
  const stopped = new AbortController()
  const { signal } = stopped
  const servers = createServers({ issuer, ca, discover, lookup, network, clock, log, signal })

  let wakeUp = () => {}
  const waitForPerson = (because: Unpaired): Promise<void> => {
    log.warn({ because }, 'not paired: waiting for a person')
    return new Promise((resolve) => {
      wakeUp = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
      tell({ phase: 'unpaired', because })
    })
  }
  let hub: HubClient | undefined
  /** Looks the hub up again: it may have moved while we were away. */
  const find = async (store: CredentialStore): Promise<HubClient> => {
    const server = await servers.of(store.current)
    hub = await findHub({ server, identity, key: store.current.key, random })
    return hub
  }

  /** Asks until somebody says yes. A no, or a code that nobody used, waits for a person before it asks again. */
  const becomePaired = async (store: CredentialStore): Promise<Tokens | undefined> => {
    const unanswered = createComplaint(log, 'cannot ask the hub to be let in')
    for (let failures = 0; !signal.aborted; ) {
      try {
        const result = await pair({
          ...{ kind, name, store, clock, log, signal },
          hub: await find(store),
          show: (device, authorization) => tell({ phase: 'pairing', device, authorization }),
        })
        if (result.outcome === 'paired') return result.tokens
        failures = 0
        await waitForPerson(result.outcome)
      } catch (error) {
        if (signal.aborted) break
        const because = reasonOf(error)
        unanswered.of(because)
        tell({ phase: 'offline', because })
        await clock.sleep(backOff(failures++, random), signal).catch(() => {})
      }
    }
    return undefined
  }

  const obedience = createObedience(running, (because) => log.warn({ because }, 'command ignored'), clock)

  /** Whoever has no grant asks nobody: a neighbour's hub must not stand between a person and a factory reset. */
  const revoke = async (store: CredentialStore | undefined): Promise<boolean | undefined> => {
    const { registration, grant } = store?.current ?? {}
    if (store === undefined || registration === undefined || grant === undefined) return undefined
    try {
      await (await find(store)).revoke(registration.device, grant.refreshToken)
      return true
    } catch (error) {
      log.warn({ because: reasonOf(error) }, 'the hub could not be told that the device leaves')
      return false
    }
  }

  let leave: () => Promise<boolean> = async () => {
    throw new Error('Cannot unpair as it must be paired: it is not')
  }
  const notPaired = leave
  /** Stays in with the grant on disk until the hub or a person ends it; then forgets it and says why. */
  const beMember = async (kept: Kept, first: Tokens | undefined): Promise<Unpaired | undefined> => {
    const { store, descriptionVersion } = kept
    const { registration, grant } = store.current
    if (registration === undefined || grant === undefined) return undefined
    const { device } = registration
    const refresh = createRefresh({
      ...{ store, log },
      ask: async (token) => (hub ?? (await find(store))).refresh(device, token),
    })
    const tokens = createTokenSource({ clock, random, first, refresh })
    const leaving = new AbortController()
    const left = Promise.withResolvers<boolean>()
    left.promise.catch(() => {})
    leave = () => {
      leaving.abort(CALLED_OFF)
      return left.promise
    }
    const ended = await stayOnline({
      ...{ device, name, descriptionVersion, product: running, tokens, clock, random, log, tell },
      ...{ broker, lookup, network, keepAlive, outbox, reports },
      signal: AbortSignal.any([signal, leaving.signal]),
      obedience: obedience(device),
      findHub: () => find(store),
    })
    leave = notPaired
    if (signal.aborted) {
      left.reject(new Error('Cannot unpair as the agent must go on: it ends'))
      return undefined
    }
    if (ended !== undefined) log.warn({ because: ended }, 'the hub ended our grant: forgetting it')
    const revoked = ended !== undefined || (await revoke(store)) === true
    const forgotten = store.forgetGrant()
    left.resolve(forgotten.then(() => revoked))
    await forgotten.catch((error: unknown) => log.error({ because: reasonOf(error) }, 'the grant is still on disk'))
    return ended === undefined ? 'left' : 'revoked'
  }

  let kept: Kept | undefined
  const live = async (): Promise<void> => {
    kept = await openKept({
      ...{ folder, credentialsDirectory, clock, random, log, signal },
      described: { kind, name, zones: running.zones },
      onFailure: (because) => tell({ phase: 'offline', because }),
    })
    while (kept !== undefined && !signal.aborted) {
      const { registration, grant } = kept.store.current
      const paired = grant !== undefined && (issuer === undefined || registration?.issuer === issuer.href)
      const tokens = paired ? undefined : await becomePaired(kept.store)
      const because = signal.aborted ? undefined : await beMember(kept, tokens)
      if (because !== undefined) await waitForPerson(because)
    }
  }
  const life = live().catch((err: unknown) => {
    log.error({ err }, 'the agent cannot go on with the hub; its product goes on alone')
    tell({ phase: 'offline', because: reasonOf(err) })
  })

  return {
    get server() {
      return servers.current
    },
    pair: () => wakeUp(),
    unpair: () => leave(),
    revoke: () => revoke(kept?.store),
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await life
      // What is still being written must not come after whoever erases the folder.
      await kept?.store.close()
      await servers[Symbol.asyncDispose]()
    },
  }
}
