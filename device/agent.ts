// A device's life: unpaired → pairing → online ⇄ offline → (revoked) unpaired. The product regulates all the while, from the first
// moment, whatever the network does.
import type { Logger } from 'pino'
import { CALLED_OFF, type Clock } from '#contract/clock.ts'
import type { Millis } from '#contract/time.ts'
import type { CredentialStore } from './credentials/store.ts'
import type { FoundHub } from './discovery.ts'
import { type Kept, openKept } from './kept.ts'
import { backOff } from './link/back-off.ts'
import { createObedience } from './link/commands.ts'
import { createComplaint } from './link/once.ts'
import { openOutbox } from './link/outbox.ts'
import { createRefresh } from './link/refresh.ts'
import { createReports, type Reports } from './link/reports.ts'
import { createTokenSource } from './link/tokens.ts'
import { eraseFolder, finishReset } from './local/reset.ts'
import { revokeGrant } from './local/revoke.ts'
import type { Lookup } from './lookup.ts'
import type { Network } from './network.ts'
import { reasonOf, type Tokens } from './oauth/answer.ts'
import type { ClientIdentity } from './oauth/client.ts'
import { findHub, type HubClient } from './oauth/hub.ts'
import { pair } from './pair.ts'
import { type Product, runProduct } from './run.ts'
import { createServers } from './server.ts'
import { openSettings } from './settings.ts'
import type { Status, Unpaired } from './status.ts'
import { stayOnline } from './stay.ts'

export interface AgentOptions<State, Reading, Actuators> {
  readonly product: Product<State, Reading, Actuators>
  /** What the device calls itself until a person names it. */
  readonly name: string
  /** The hub to join, or another authorization server. Undefined: the one that let it in, else the one that `discover` finds. */
  readonly issuer: URL | undefined
  readonly discover?: (signal: AbortSignal) => Promise<FoundHub>
  /** How that server knows this device; our hub registers it. */
  readonly identity?: ClientIdentity
  /** The broker, where the server does not say. */
  readonly broker?: URL | undefined
  /** Everything of this device that lasts. One agent a folder. */
  readonly folder: string
  /** Where systemd puts the key that seals the credentials: `$CREDENTIALS_DIRECTORY`. A key file beside them serves without it. */
  readonly credentialsDirectory?: string | undefined
  /** PEM of the certificate authority to trust instead of the system's. */
  readonly ca?: string | undefined
  /** Hears that the control still turns. */
  readonly watchdog?: { readonly every: Millis; readonly alive: () => void } | undefined
  /** Keeps events that nobody has fetched on disk. */
  readonly keepEvents?: boolean
  /** The device's own warnings, for the hub. */
  readonly reports?: Reports
  /** Instead of DNS. */
  readonly lookup?: Lookup | undefined
  /** Instead of the machine's network. */
  readonly network?: Network | undefined
  /** How soon a connection that has silently gone is noticed; half as long again. Fifteen seconds. */
  readonly keepAlive?: Millis | undefined
  readonly clock: Clock
  readonly log: Logger
  /** For jitter; uniform in [0, 1). */
  readonly random?: () => number
  readonly onStatus?: (status: Status) => void
}

export interface Agent extends AsyncDisposable {
  readonly status: Status
  /** A person wants it paired: asks for a new code where it waits for one, and does nothing where it does not. */
  pair(): void
  /** A person wants it out: gives the grant back and forgets it; key and name stay. Resolves with whether the hub heard it. */
  unpair(): Promise<boolean>
  /** A person gives a panel a code. Rejects where it is no panel or no code. */
  addCode(code: string, options: { readonly duress: boolean }): Promise<void>
  /** A person wants it as new: the agent ends and its folder is empty. Resolves as `unpair`; undefined where there was no grant. */
  reset(): Promise<boolean | undefined>
  /** Resolves after a reset: another agent may start. */
  readonly ended: Promise<void>
}

/** Starts a device. Resolves once its product regulates; pairing and going online follow by themselves. */
export async function startAgent<State, Reading, Actuators>(
  options: AgentOptions<State, Reading, Actuators>,
): Promise<Agent> {
  const { product, name, issuer, broker, folder, ca, lookup, network, keepAlive, clock, log } = options
  const { identity = { type: 'registers' }, credentialsDirectory, random = Math.random, onStatus } = options
  const { discover, watchdog, keepEvents = false, reports = createReports(clock) } = options
  const { kind } = product.control
  await finishReset(folder)
  const settings = await openSettings({ folder, name: kind, clock, log })
  const running = await runProduct({ product, settings, watchdog, clock, log })
  const outbox = await openOutbox({ folder, product: running, log, keepEvents })
  const stopped = new AbortController()
  const { signal } = stopped
  const servers = createServers({ issuer, ca, discover, lookup, network, clock, signal })

  let status: Status = { phase: 'starting' }
  const tell = (next: Status) => {
    status = next
    onStatus?.(next)
  }
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

  const obedience = createObedience(running, (because) => log.warn({ because }, 'command ignored'))

  /** Gives the grant back; undefined where there is none. */
  const revoke = async (store: CredentialStore | undefined): Promise<boolean | undefined> =>
    store && revokeGrant({ server: await servers.of(store.current), identity, log, credentials: store.current })

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
    await forgotten.catch((err: unknown) => log.error({ err }, 'the grant is still on disk'))
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

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    stopped.abort()
    await life
    await servers[Symbol.asyncDispose]()
    await running[Symbol.asyncDispose]()
  }
  const ended = Promise.withResolvers<void>()
  let resetting: Promise<boolean | undefined> | undefined
  const reset = async (): Promise<boolean | undefined> => {
    log.warn('factory reset')
    const revoked = await revoke(kept?.store)
    closing ??= close()
    await closing
    try {
      await eraseFolder(folder)
    } finally {
      ended.resolve()
    }
    return revoked
  }

  return {
    get status() {
      return status
    },
    pair: () => wakeUp(),
    unpair: () => leave(),
    async addCode(code, options) {
      if (product.addCode === undefined) throw new Error(`Cannot add a code as it must be a panel: it is a ${kind}`)
      await product.addCode(code, options)
      log.info({ duress: options.duress }, 'the panel has a new code')
    },
    reset() {
      resetting ??= reset()
      return resetting
    },
    ended: ended.promise,
    async [Symbol.asyncDispose]() {
      closing ??= close()
      await closing
    },
  }
}
