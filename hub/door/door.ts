// Who may come in, and who says so: the hub itself (own.ts) or another server (external.ts).
import type { RequestListener } from 'node:http'
import type { Admission } from '../broker/admission.ts'
import type { Broker } from '../broker/broker.ts'
import type { Answer } from '../control/answers.ts'
import type { Feed } from '../home/feed.ts'
import type { HostPolicy } from '../web/host.ts'

/** What is behind the door, once all of it is there. */
export interface Interior {
  readonly broker: Broker
  readonly feed: Feed
  readonly host: HostPolicy
  /** Folder of the built phone page. */
  readonly page: string
  readonly isReady: () => boolean
}

export interface Opened {
  /** Everything over HTTP. */
  readonly web: RequestListener
  /** To the hub's own command line. */
  readonly answer: Answer
}

export interface Door extends AsyncDisposable {
  readonly admission: Admission
  /** Where people sign in, when that is not the hub. */
  readonly signInAt: string | undefined
  /** Makes the owner; undefined where nobody can be made one, or somebody is. */
  readonly ownerLink: URL | undefined
  /** To be called when it is sure that this hub is the only one of its folder. */
  open(interior: Interior): Opened
  /** Every minute. */
  sweep(): Promise<void>
}
