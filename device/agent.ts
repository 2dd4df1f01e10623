// A device's life: unpaired → pairing → online ⇄ offline → (revoked) unpaired. The product regulates all the while, from the first
// moment, whatever the network does; what the network needs is not even loaded before.
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Millis } from '#contract/time.ts'
import type { FoundHub } from './discovery.ts'
import { openOutbox } from './link/outbox.ts'
import { createReports, type Reports } from './link/reports.ts'
import { eraseFolder, finishReset } from './local/reset.ts'
import type { Lookup } from './lookup.ts'
import type { Membership } from './membership.ts'
import type { Network } from './network.ts'
import type { ClientIdentity } from './oauth/client.ts'
import { reasonOf } from './reason.ts'
import { type Product, runProduct, type Watchdog } from './run.ts'
import type { CodeBook } from './security/codes.ts'
import type { Server } from './server.ts'
import { openSettings } from './settings.ts'
import type { Status } from './status.ts'

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
  readonly watchdog?: Watchdog | undefined
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
  /** The one it belongs to, or asks to be let in; undefined until there is one. */
  readonly server: Server | undefined
  /** A person wants it paired: asks for a new code where it waits for one, and does nothing where it does not. */
  pair(): void
  /** A person wants it out: gives the grant back and forgets it; key and name stay. Resolves with whether the hub heard it. */
  unpair(): Promise<boolean>
  /** The codes of a panel. Throws where it is none. */
  codes(): CodeBook
  /** What a panel keeps of what happened. Rejects where it is none. */
  readLog(): Promise<string>
  /** A person wants it as new: the agent ends and its folder is empty. Resolves as `unpair`; undefined where there was no grant. */
  reset(): Promise<boolean | undefined>
  /** Resolves after a reset: another agent may start. */
  readonly ended: Promise<void>
}

/** Starts a device. Resolves once its product regulates, which the first status says; pairing and going online follow by themselves. */
export async function startAgent<State, Reading, Actuators>(
  options: AgentOptions<State, Reading, Actuators>,
): Promise<Agent> {
  const {
    product,
    watchdog,
    folder,
    clock,
    log,
    keepEvents = false,
    reports = createReports(clock),
    onStatus,
  } = options
  // A card that has died in the middle of a reset is no reason to let a room freeze.
  await finishReset(folder).catch((error: unknown) =>
    log.error({ because: reasonOf(error) }, 'a factory reset could not be ended'),
  )
  const settings = await openSettings({ folder, name: product.control.kind, clock, log })
  const running = await runProduct({ product, settings, watchdog, clock, log })
  const outbox = await openOutbox({ folder, product: running, log, keepEvents })
  let status: Status = { phase: 'starting' }
  const tell = (next: Status) => {
    status = next
    onStatus?.(next)
  }
  tell(status)
  let joined: Membership | undefined
  const join = async () => {
    const { startMembership } = await import('./membership.ts')
    joined = startMembership({ ...options, running, outbox, reports, tell })
    return joined
  }
  const membership = join().catch((err: unknown) => {
    log.error({ err }, 'the part for the network cannot be loaded: the product goes on alone')
    return undefined
  })

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    const member = await membership
    await member?.[Symbol.asyncDispose]()
    await running[Symbol.asyncDispose]()
    await outbox.close()
  }
  const ended = Promise.withResolvers<void>()
  let resetting: Promise<boolean | undefined> | undefined
  const reset = async (): Promise<boolean | undefined> => {
    log.warn('factory reset')
    const member = await membership
    const revoked = await member?.revoke()
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
    get server() {
      return joined?.server
    },
    pair: () => void membership.then((member) => member?.pair()),
    async unpair() {
      const member = await membership
      if (member === undefined) throw new Error('Cannot unpair as the part for the network must be there: it is not')
      return member.unpair()
    },
    codes() {
      if (product.codes !== undefined) return product.codes
      throw new Error(`Cannot have codes as it must be a panel: it is a ${product.control.kind}`)
    },
    async readLog() {
      if (product.log !== undefined) return product.log.read()
      throw new Error(`Cannot show a log as it must be a panel's: it is a ${product.control.kind}'s`)
    },
    reset() {
      // One that failed may be tried again.
      resetting ??= reset().catch((error: unknown) => {
        resetting = undefined
        throw error
      })
      return resetting
    },
    ended: ended.promise,
    async [Symbol.asyncDispose]() {
      closing ??= close()
      await closing
    },
  }
}
