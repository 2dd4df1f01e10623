// The hub that the fleet stands on: one of its own that goes with it, or somebody's.
import { randomBytes } from 'node:crypto'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Clock } from '#contract/clock.ts'
import { type Host, makeOwner, signInAs } from './host.ts'
import { startOwnHub } from './own-hub.ts'
import type { HubChoice } from './settings.ts'
import { type Usage, usageOf } from './usage.ts'

export interface Ground extends AsyncDisposable {
  readonly issuer: URL
  readonly host: Host
  /** Whether it goes with the fleet: else the fleet leaves it as it was. */
  readonly isOurs: boolean
  /** Of the hub's process; undefined where it is not ours to look at, or the system does not tell. */
  usage(): Usage | undefined
  /** Aborts when a hub of our own has ended by itself. */
  readonly gone: AbortSignal
}

export async function openGround(choice: HubChoice, clock: Clock): Promise<Ground> {
  if (choice.type === 'existing') {
    const { issuer, account, ca } = choice
    // For every connection of this program: it speaks to one hub and nobody else.
    if (ca !== undefined) setDefaultCACertificates([...getCACertificates('default'), ca])
    const host = await signInAs(issuer, account).catch((cause: unknown) => {
      if (!(cause instanceof TypeError)) throw cause
      throw new Error(`Cannot join ${issuer.origin} as there must be a hub: got ${reasonOf(cause)}`, { cause })
    })
    const gone = new AbortController().signal
    return { issuer, host, gone, isOurs: false, usage: () => undefined, [Symbol.asyncDispose]: async () => {} }
  }
  await using began = new AsyncDisposableStack()
  const hub = began.use(await startOwnHub({ ...choice, clock }))
  const gone = new AbortController()
  void hub.ended.then(() => gone.abort())
  const account = { name: 'Robin', password: randomBytes(24).toString('base64url') }
  const host = await makeOwner(hub.issuer, hub.ownerLink, account)
  const running = began.move()
  return {
    ...{ issuer: hub.issuer, host, isOurs: true, gone: gone.signal },
    usage: () => usageOf(hub.pid),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** `fetch` says that it failed and hides why in the cause. */
function reasonOf({ cause, message }: Error): string {
  if (!(cause instanceof Error)) return message
  return 'code' in cause ? String(cause.code) : cause.message
}
