// Another server says who may come in, and the hub is what its tokens are for: a resource server and nothing else.
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { UsageError } from '#contract/settings.ts'
import { createProofs } from '../authorization/dpop.ts'
import { createAdmission } from '../broker/admission.ts'
import type { ExternalConfig } from '../external/config.ts'
import { createIssuerHttp } from '../external/http.ts'
import { followKeys } from '../external/keys.ts'
import { OtherIssuer } from '../external/metadata.ts'
import { createExternalVerifier } from '../external/verifier.ts'
import { createExternalWeb } from '../external/web.ts'
import type { Database } from '../store/database.ts'
import type { Door } from './door.ts'

/** Rejects with a `UsageError` when the server answers by another name; one that does not answer is waited for. */
export async function openExternalDoor(options: {
  readonly config: ExternalConfig
  readonly database: Database
  readonly clock: Clock
  readonly log: Logger
}): Promise<Door> {
  const { config, database, clock, log } = options
  const { issuer } = config
  const http = createIssuerHttp(clock)
  const keys = followKeys({ issuer, get: http.get, database, clock, log })
  await keys.look().catch((error: unknown) => {
    http[Symbol.dispose]()
    if (error instanceof OtherIssuer) throw new UsageError(`Cannot use LATCHKEY_ISSUER (--issuer) as ${error.message}`)
    throw error
  })
  const verifier = createExternalVerifier({ config, keys: keys.resolve, clock })
  const admission = createAdmission(verifier, createProofs(clock))

  return {
    admission,
    signInAt: issuer,
    ownerLink: undefined,
    open(interior) {
      const origins = () => keys.metadata?.origins ?? [new URL(issuer).origin]
      return {
        web: createExternalWeb({ ...interior, ...{ config, admission, log, origins } }),
        // Keys and app passwords: neither is in use here.
        answer: async () => ({ ok: false, because: `here ${issuer} says who comes in: its keys and tokens are there` }),
      }
    },
    sweep: keys.sweep,
    async [Symbol.asyncDispose]() {
      http[Symbol.dispose]()
    },
  }
}
