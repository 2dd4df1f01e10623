// Which server a device has: the one that its agent says it has, else the one that the agent would have if it started.
import { peekCredentials } from '../credentials/store.ts'
import { keepServer, type NamedServer } from '../install/installed.ts'
import type { Reply } from '../local/requests.ts'
import type { Kept } from '../server.ts'

/** What an agent goes by. */
export interface Choice {
  /** Named to it. */
  readonly hub: URL | undefined
  readonly ca: string | undefined
  readonly kept: Kept
}

export interface Known {
  /** On the doctor's own command line, which goes before everything. */
  readonly told: NamedServer
  /** In the unit. */
  readonly installed: NamedServer | undefined
  /** What the agent that runs answered, if any. */
  readonly reply: Reply | undefined
  readonly folder: string
  readonly credentialsDirectory: string | undefined
}

export async function chooseServer({ told, installed, reply, ...places }: Known): Promise<Choice> {
  const running = reply?.server
  if (running !== undefined && told.hub === undefined) {
    return { hub: new URL(running.issuer), ca: told.ca ?? running.ca, kept: {} }
  }
  const { hub, ca } = keepServer(told, installed)
  return { hub: hub === undefined ? undefined : new URL(hub), ca, kept: (await peekCredentials(places)) ?? {} }
}
