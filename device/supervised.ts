// systemd's view of the agent: ready once the product regulates, alive while its control turns, and in words what it is about. Loaded only
// where there is a systemd that asked (sd_notify(3)).
import type { Logger } from 'pino'
import { seconds } from '#contract/time.ts'
import { createSupervisor } from './board/linux/notify.ts'
import { ASK_AGAIN } from './program-name.ts'
import { reasonOf } from './reason.ts'
import type { Watchdog } from './run.ts'
import type { Status } from './status.ts'
import { formatStatus } from './terminal.ts'

export interface Supervised extends Disposable {
  readonly watchdog: Watchdog
  /** The first one, which comes when the product regulates, is READY=1. */
  onStatus(status: Status): void
  /** The agent begins to stop. */
  stopping(): void
}

/** A third of the unit's WatchdogSec. */
const ALIVE_EVERY = seconds(10)

/** `path` is $NOTIFY_SOCKET. */
export function openSupervised({ path, name, log }: { path: string; name: string; log: Logger }): Supervised {
  let complained = false
  const supervisor = createSupervisor(path, (err) => {
    if (!complained) log.warn({ because: reasonOf(err) }, 'systemd does not hear us')
    complained = true
  })
  let isReady = false
  return {
    watchdog: { every: ALIVE_EVERY, alive: () => supervisor.alive() },
    onStatus(status) {
      const text = wordsFor(name, status)
      if (isReady) supervisor.status(text)
      else supervisor.ready(text)
      isReady = true
    },
    stopping: () => supervisor.stopping(),
    [Symbol.dispose]: () => supervisor[Symbol.dispose](),
  }
}

function wordsFor(name: string, status: Status): string {
  switch (status.phase) {
    case 'starting':
      return `${name} regulates, and looks for its hub`
    case 'pairing': {
      const { userCode, verificationUri } = status.authorization
      return `${name} waits to be let in: ${userCode} at ${verificationUri}`
    }
    default:
      return formatStatus(name, status, ASK_AGAIN) ?? name
  }
}
