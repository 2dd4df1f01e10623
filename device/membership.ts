// A device as a member of a home: it asks to be let in, stays in, and leaves. All of this is the network's side: the product regulates
// before any of it is loaded, and goes on whatever becomes of it.
import { CALLED_OFF } from '#contract/clock.ts'
import type { DeviceId } from '#contract/ids.ts'
import type { AgentOptions } from './agent.ts'
import { createComplaint } from './complaint.ts'
import type { CredentialStore } from './credentials/store.ts'
import { type Kept, openKept } from './kept.ts'
import { backOff } from './link/back-off.ts'
import { createObedience, type Obedience } from './link/commands.ts'
import type { Outbox } from './link/outbox.ts'
import { createRefresh } from './link/refresh.ts'
import type { Reports } from './link/reports.ts'
import { createTokenSource } from './link/tokens.ts'
import type { Tokens } from './oauth/answer.ts'
import { findHub, type HubClient } from './oauth/hub.ts'
import { pair } from './pair.ts'
import { reasonOf } from './reason.ts'
import type { RunningProduct } from './run.ts'
import { createServers, type Server, type Servers } from './server.ts'
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

/** What the parts of a membership share. */
interface Shared extends MembershipOptions {
  readonly random: () => number
  /** Aborts at the end of the membership. */
  readonly signal: AbortSignal
  readonly hub: HubFinder
  readonly person: Person
  /** Knows what it has answered, also from one grant to the next. */
  readonly obedience: (device: DeviceId) => Obedience
}

/** Lives until it is disposed; what goes wrong is told. */
export function startMembership(options: MembershipOptions): Membership {
  const { running, name, issuer, folder, credentialsDirectory, discover, log, clock, tell } = options
  const { ca, lookup, network, random = Math.random } = options
  const stopped = new AbortController()
  const { signal } = stopped
  const servers = createServers({ issuer, ca, discover, lookup, network, clock, log, signal })
  const hub = createHubFinder({ ...options, random }, servers)
  const person = createPerson({ log, tell, signal })
  const obedience = createObedience(running, (because) => log.warn({ because }, 'command ignored'), clock)
  const shared: Shared = { ...options, random, signal, hub, person, obedience }

  let kept: Kept | undefined
  let member: Member | undefined
  const live = async (): Promise<void> => {
    kept = await openKept({
      ...{ folder, credentialsDirectory, clock, random, log, signal },
      described: { kind: running.kind, name, zones: running.zones },
      onFailure: (because) => tell({ phase: 'offline', because }),
    })
    while (kept !== undefined && !signal.aborted) {
      const { registration, grant } = kept.store.current
      const paired = grant !== undefined && (issuer === undefined || registration?.issuer === issuer.href)
      const tokens = paired ? undefined : await becomePaired(shared, kept.store)
      if (signal.aborted) return
      member = startMember(shared, kept, tokens)
      const because = await member?.ended
      member = undefined
      if (because !== undefined) await person.wait(because)
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
    pair: () => person.comes(),
    async unpair() {
      if (member === undefined) throw new Error('Cannot unpair as it must be paired: it is not')
      return member.leave()
    },
    revoke: () => revoke(shared, kept?.store),
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await life
      // What is still being written must not come after whoever erases the folder.
      await kept?.store.close()
      await servers[Symbol.asyncDispose]()
    },
  }
}

/** Somebody who must come before anything goes on. */
interface Person {
  /** Resolves when a person comes, or at the end. */
  wait(because: Unpaired): Promise<void>
  comes(): void
}

function createPerson({ log, tell, signal }: Pick<Shared, 'log' | 'tell' | 'signal'>): Person {
  let wakeUp = () => {}
  return {
    comes: () => wakeUp(),
    wait(because) {
      log.warn({ because }, 'not paired: waiting for a person')
      return new Promise((resolve) => {
        wakeUp = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
        tell({ phase: 'unpaired', because })
      })
    },
  }
}

interface HubFinder {
  /** Looks the hub up again: it may have moved while we were away. */
  find(store: CredentialStore): Promise<HubClient>
  /** As it was found last; looked up where it was not yet. */
  last(store: CredentialStore): Promise<HubClient>
}

function createHubFinder(
  { identity = { type: 'registers' }, random }: Pick<Shared, 'random'> & Pick<Options, 'identity'>,
  servers: Servers,
): HubFinder {
  let hub: HubClient | undefined
  const find = async (store: CredentialStore): Promise<HubClient> => {
    const server = await servers.of(store.current)
    hub = await findHub({ server, identity, key: store.current.key, random })
    return hub
  }
  return { find, last: async (store) => hub ?? (await find(store)) }
}

/** Asks until somebody says yes. A no, or a code that nobody used, waits for a person before it asks again. Undefined at the end. */
async function becomePaired(shared: Shared, store: CredentialStore): Promise<Tokens | undefined> {
  const { running, name, clock, log, signal, random, hub, person, tell } = shared
  const unanswered = createComplaint(log, 'cannot ask the hub to be let in')
  for (let failures = 0; !signal.aborted; ) {
    try {
      const result = await pair({
        ...{ kind: running.kind, name, store, clock, log, signal },
        hub: await hub.find(store),
        show: (device, authorization) => tell({ phase: 'pairing', device, authorization }),
      })
      if (result.outcome === 'paired') return result.tokens
      failures = 0
      await person.wait(result.outcome)
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

/** Whoever has no grant asks nobody: a neighbour's hub must not stand between a person and a factory reset. */
async function revoke({ hub, log }: Shared, store: CredentialStore | undefined): Promise<boolean | undefined> {
  const { registration, grant } = store?.current ?? {}
  if (store === undefined || registration === undefined || grant === undefined) return undefined
  try {
    await (await hub.find(store)).revoke(registration.device, grant.refreshToken)
    return true
  } catch (error) {
    log.warn({ because: reasonOf(error) }, 'the hub could not be told that the device leaves')
    return false
  }
}

/** A device with a grant. */
interface Member {
  /** Gives the grant back and forgets it. Resolves with whether the hub heard it. */
  leave(): Promise<boolean>
  /** Resolves once the grant is forgotten, with why; with undefined at the end. */
  readonly ended: Promise<Unpaired | undefined>
}

/** Stays in with the grant on disk until the hub or a person ends it. Undefined where there is none. */
function startMember(
  shared: Shared,
  { store, descriptionVersion }: Kept,
  first: Tokens | undefined,
): Member | undefined {
  const { running, name, broker, lookup, network, keepAlive, outbox, reports, hub, obedience } = shared
  const { clock, random, log, tell, signal } = shared
  const { registration, grant } = store.current
  if (registration === undefined || grant === undefined) return undefined
  const { device } = registration
  const refresh = createRefresh({
    ...{ store, log },
    ask: async (token) => (await hub.last(store)).refresh(device, token),
  })
  const tokens = createTokenSource({ clock, random, first, refresh })
  const leaving = new AbortController()
  const left = Promise.withResolvers<boolean>()
  left.promise.catch(() => {})

  const stay = async (): Promise<Unpaired | undefined> => {
    const ended = await stayOnline({
      ...{ device, name, descriptionVersion, product: running, tokens, clock, random, log, tell },
      ...{ broker, lookup, network, keepAlive, outbox, reports },
      signal: AbortSignal.any([signal, leaving.signal]),
      obedience: obedience(device),
      findHub: () => hub.find(store),
    })
    if (signal.aborted) {
      left.reject(new Error('Cannot unpair as the agent must go on: it ends'))
      return undefined
    }
    if (ended !== undefined) log.warn({ because: ended }, 'the hub ended our grant: forgetting it')
    const revoked = ended !== undefined || (await revoke(shared, store)) === true
    const forgotten = store.forgetGrant()
    left.resolve(forgotten.then(() => revoked))
    await forgotten.catch((error: unknown) => log.error({ because: reasonOf(error) }, 'the grant is still on disk'))
    return ended === undefined ? 'left' : 'revoked'
  }
  const ended = stay()
  ended.catch(left.reject)
  return {
    ended,
    leave() {
      leaving.abort(CALLED_OFF)
      return left.promise
    },
  }
}
