// The server certificate in use: renewed long before it ends, or when the machine gets another address, without a restart.
import type { Logger } from 'pino'
import { type Clock, formatInstant } from '#contract/clock.ts'
import { hours } from '#contract/time.ts'
import type { Authority, Leaf } from './authority.ts'

export interface LeafKeeper {
  readonly current: Leaf
  onRenewed(use: (leaf: Leaf) => void): void
  stop(): void
}

const LOOK_EVERY = hours(1)

/** Renewed at two thirds of its life (as ACME clients do), or when it lacks a name or address. */
export function needsRenewal(leaf: Leaf, wanted: readonly string[], now: number): boolean {
  const due = leaf.issuedAt + ((leaf.expiresAt - leaf.issuedAt) * 2) / 3
  return now >= due || wanted.some((name) => !leaf.names.includes(name))
}

export async function keepLeafFresh(options: {
  readonly authority: Authority
  readonly clock: Clock
  readonly log: Logger
  readonly names: readonly string[]
  /** Asked again every hour. */
  readonly addresses: () => readonly string[]
}): Promise<LeafKeeper> {
  const { authority, clock, log, names, addresses } = options
  const wanted = () => ['127.0.0.1', '::1', ...addresses()]
  const users: ((leaf: Leaf) => void)[] = []
  const stopped = new AbortController()
  let current = await authority.issue(names, wanted())

  const keep = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await clock.sleep(LOOK_EVERY, stopped.signal).catch(() => {})
      if (stopped.signal.aborted || !needsRenewal(current, [...names, ...wanted()], clock.now())) continue
      try {
        current = await authority.issue(names, wanted())
        for (const use of users) use(current)
        log.info({ until: formatInstant(current.expiresAt) }, 'certificate renewed')
      } catch (err) {
        log.error({ err }, 'certificate could not be renewed')
      }
    }
  }
  void keep()
  return {
    get current() {
      return current
    },
    onRenewed: (use) => void users.push(use),
    stop: () => stopped.abort(),
  }
}
