// Refreshing with the newest token there is. Our hub keeps the one it gave; others give a new one each time and end the grant when an
// old one comes again (RFC 9700 §4.14.2).
import type { Logger } from 'pino'
import type { CredentialStore } from '../credentials/store.ts'
import type { Answer } from '../oauth/answer.ts'
import { reasonOf } from '../reason.ts'

/** Asks with the stored grant. A new refresh token is on disk before anybody uses what came with it. */
export function createRefresh({
  store,
  log,
  ask,
}: {
  readonly store: CredentialStore
  readonly log: Logger
  readonly ask: (refreshToken: string) => Promise<Answer>
}): () => Promise<Answer> {
  /** Newer than the one on disk, where the disk could not be written. */
  let unsaved: string | undefined

  const keep = async (refreshToken: string): Promise<void> => {
    unsaved = refreshToken
    try {
      await store.replaceGrant(refreshToken)
      unsaved = undefined
    } catch (error) {
      log.error(
        { because: reasonOf(error) },
        'the new refresh token is not on disk: a restart now would cost the pairing',
      )
    }
  }

  return async () => {
    const held = unsaved ?? store.current.grant?.refreshToken
    if (held === undefined) return { type: 'refused', error: 'invalid_grant' }
    const answer = await ask(held)
    if (answer.type !== 'granted') return answer
    const stored = store.current.grant?.refreshToken
    // Somebody has unpaired it meanwhile: what comes late brings nothing back.
    if (stored === undefined) return { type: 'refused', error: 'invalid_grant' }
    const newer = answer.tokens.refreshToken ?? held
    if (newer !== stored) await keep(newer)
    return answer
  }
}
