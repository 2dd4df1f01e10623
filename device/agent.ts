// A device's life: unpaired → pairing → online ⇄ offline → (revoked) unpaired. The product regulates all the while, from the first
// moment, whatever the network does.
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Millis } from '#contract/time.ts'
import { openCredentials } from './credentials/store.ts'
import { readVersion } from './description-version.ts'
import { backOff } from './link/back-off.ts'
import { createObedience } from './link/commands.ts'
import { createTokenSource } from './link/tokens.ts'
import type { Lookup } from './lookup.ts'
import type { Network } from './network.ts'
import { reasonOf, type Tokens } from './oauth/answer.ts'
import { createHttp } from './oauth/http.ts'
import { findHub, type HubClient } from './oauth/hub.ts'
import { pair } from './pair.ts'
import { type Product, runProduct } from './run.ts'
import { openSettings } from './settings.ts'
import type { Status, Unpaired } from './status.ts'
import { stayOnline } from './stay.ts'

export interface AgentOptions<State, Reading, Actuators> {
  readonly product: Product<State, Reading, Actuators>
  /** What the device calls itself until a person names it. */
  readonly name: string
  /** The hub to join. */
  readonly issuer: URL
  /** Everything of this device that lasts. One agent a folder. */
  readonly folder: string
  /** PEM of the certificate authority to trust instead of the system's. */
  readonly ca?: string | undefined
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
}

/** Starts a device. Resolves once its product regulates; pairing and going online follow by themselves. */
export async function startAgent<State, Reading, Actuators>(
  options: AgentOptions<State, Reading, Actuators>,
): Promise<Agent> {
  const { product, name, issuer, folder, ca, lookup, network, keepAlive, clock, log } = options
  const { random = Math.random, onStatus } = options
  const { kind } = product.control
  const settings = await openSettings({ folder, name: kind, clock, log })
  const running = await runProduct({ product, settings, clock, log })
  const store = await openCredentials(folder, clock, log)
  const descriptionVersion = await readVersion(folder, { kind, name, zones: running.zones })
  const stopped = new AbortController()
  const { signal } = stopped
  const http = createHttp({ clock, signal, ca, lookup, network })

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
  const find = async (): Promise<HubClient> => {
    hub = await findHub({ issuer, key: store.current.key, http })
    return hub
  }

  /** Asks until somebody says yes. A no, or a code that nobody used, waits for a person before it asks again. */
  const becomePaired = async (): Promise<Tokens | undefined> => {
    for (let failures = 0; !signal.aborted; ) {
      try {
        const result = await pair({
          ...{ kind, name, issuer, store, clock, log, signal },
          hub: await find(),
          show: (device, authorization) => tell({ phase: 'pairing', device, authorization }),
        })
        if (result.outcome === 'paired') return result.tokens
        failures = 0
        await waitForPerson(result.outcome)
      } catch (error) {
        if (signal.aborted) break
        const because = reasonOf(error)
        log.warn({ because }, 'cannot ask the hub to be let in')
        tell({ phase: 'offline', because })
        await clock.sleep(backOff(failures++, random), signal).catch(() => {})
      }
    }
    return undefined
  }

  const obedience = createObedience(running, (because) => log.warn({ because }, 'command ignored'))

  /** Stays in with the grant on disk until the hub ends it; then forgets it and waits for a person. */
  const beMember = async (first: Tokens | undefined): Promise<void> => {
    const { registration, grant } = store.current
    if (registration === undefined || grant === undefined) return
    const { device } = registration
    const refresh = async () => (hub ?? (await find())).refresh(device, grant.refreshToken)
    const tokens = createTokenSource({ clock, random, first, refresh })
    const ended = await stayOnline({
      ...{ device, name, descriptionVersion, product: running, tokens, clock, random, log, signal, tell },
      ...{ ca, lookup, network, keepAlive },
      obedience: obedience(device),
      findHub: find,
    })
    if (ended === undefined) return
    log.warn({ because: ended }, 'the hub ended our grant: forgetting it')
    const { grant: _, ...kept } = store.current
    await store.save(kept)
    await waitForPerson('revoked')
  }

  const live = async (): Promise<void> => {
    let tokens: Tokens | undefined
    while (!signal.aborted) {
      const { registration, grant } = store.current
      const paired = grant !== undefined && registration?.issuer === issuer.href
      tokens = paired ? undefined : await becomePaired()
      if (!signal.aborted) await beMember(tokens)
    }
  }
  const life = live().catch((err: unknown) => {
    log.error({ err }, 'the agent cannot go on with the hub; its product goes on alone')
    tell({ phase: 'offline', because: reasonOf(err) })
  })

  return {
    get status() {
      return status
    },
    pair: () => wakeUp(),
    async [Symbol.asyncDispose]() {
      stopped.abort()
      await life
      await http[Symbol.asyncDispose]()
      await running[Symbol.asyncDispose]()
    },
  }
}
