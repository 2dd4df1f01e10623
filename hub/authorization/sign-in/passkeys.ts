// Passkeys (WebAuthn level 3): a key pair for each, whose private half stays in the person's phone or computer. What is signed names our
// origin, so nothing of it is of use to another site, and a challenge that is good once.
import { isIP } from 'node:net'
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { type Instant, instant } from '#contract/time.ts'
import { type Database, inTransaction } from '../../store/database.ts'
import { newAccount } from '../people/accounts.ts'
import { CHALLENGE_LENGTH, createChallenges, type Purpose } from './challenges.ts'

/** Read when somebody first has to do with a passkey: it is a quarter of all that a hub would load, and 27 MiB. */
const library = () => import('@simplewebauthn/server')

/** A person has a phone, a computer, and a key in a drawer. */
export const MOST_PASSKEYS = 20

/** EdDSA, ES256, RS256 (RFC 9053): what phones, computers and keys have. */
const ALGORITHMS = [-8, -7, -257]

export interface Passkey {
  readonly id: string
  readonly name: string
  readonly createdAt: Instant
  readonly lastUsedAt: Instant | undefined
}

/** A passkey that was made and proved, and is not kept yet. */
export interface NewPasskey {
  readonly id: string
  readonly publicKey: Uint8Array
  readonly counter: number
  readonly transports: readonly string[]
}

/** `browser` is what the challenge is bound to: a random text from a cookie of its own, never told to a script. */
interface Answer {
  readonly browser: string | undefined
  readonly purpose: Purpose
  /** What the page sent: JSON, as `PublicKeyCredential.toJSON()` makes it. */
  readonly credential: string
}

export interface Passkeys {
  /** False where the hub has an address and no name: WebAuthn needs a domain (level 3 §5.1.3). */
  readonly areOffered: boolean
  /** Options for `navigator.credentials.get`. For signing in they are the same for everybody. */
  askFor(purpose: Purpose, browser: string): Promise<PublicKeyCredentialRequestOptionsJSON>
  /** Options for `navigator.credentials.create`. */
  askForNew(
    purpose: Purpose & { readonly name: string },
    browser: string,
  ): Promise<PublicKeyCredentialCreationOptionsJSON>
  /** Whose passkey this is, if it answers the challenge; notes its use. Undefined for whatever is wrong with it. */
  check(answer: Answer): Promise<string | undefined>
  /** Proves a new one, and keeps nothing yet. Undefined for whatever is wrong with it. */
  checkNew(answer: Answer): Promise<NewPasskey | undefined>
  /** In the caller's transaction, where there is one. False when the account has too many, or somebody has this one. */
  keep(accountId: string, passkey: NewPasskey, name: string): boolean
  /** Oldest first. */
  list(accountId: string): readonly Passkey[]
  /** `mayBeLast` tells whether the account has another way in than its passkeys. */
  remove(accountId: string, id: string, mayBeLast: boolean): 'done' | 'last_way' | 'unknown'
  /** Deletes the challenges that nobody answered. */
  sweep(): void
}

export const passkeyName = newAccount.entries.name

const row = v.object({
  id: v.string(),
  account_id: v.string(),
  name: v.string(),
  public_key: v.instance(Uint8Array),
  counter: v.number(),
  transports: v.string(),
  created_at: v.number(),
  last_used_at: v.nullable(v.number()),
})
const text = v.pipe(v.string(), v.maxLength(16_384))
const extensions = v.optional(v.looseObject({}), {})
const credential = { id: text, rawId: text, type: v.literal('public-key'), clientExtensionResults: extensions }
const registration = v.object({
  ...credential,
  response: v.object({
    clientDataJSON: text,
    attestationObject: text,
    transports: v.optional(v.pipe(v.array(v.pipe(v.string(), v.regex(/^[a-z-]{1,20}$/))), v.maxLength(10)), []),
  }),
})
const authentication = v.object({
  ...credential,
  response: v.object({ clientDataJSON: text, authenticatorData: text, signature: text, userHandle: v.nullish(text) }),
})

export function createPasskeys(options: {
  readonly database: Database
  readonly issuer: URL
  readonly clock: Clock
}): Passkeys {
  const { database, issuer, clock } = options
  const rpID = issuer.hostname
  const challenges = createChallenges(database, clock)
  const byId = database.prepare('SELECT * FROM passkeys WHERE id=?')
  const ofAccount = database.prepare('SELECT * FROM passkeys WHERE account_id=? ORDER BY created_at, rowid')
  const insert = database.prepare(
    `INSERT INTO passkeys (id, account_id, name, public_key, counter, transports, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  )
  // Level 3 §6.1.1: a counter that does not grow is a copy of the authenticator; one that stays 0 is none.
  const use = database.prepare(
    'UPDATE passkeys SET counter=?1, last_used_at=?2 WHERE id=?3 AND (counter < ?1 OR (counter = 0 AND ?1 = 0))',
  )
  const remove = database.prepare('DELETE FROM passkeys WHERE id=? AND account_id=?')

  const known = (accountId: string) =>
    ofAccount.all(accountId).map((found) => {
      const { id, transports } = v.parse(row, found)
      return { id, transports: transports.split(' ').filter((each) => each !== '') }
    })
  const expected = (expectedChallenge: string) => ({
    ...{ expectedChallenge, expectedOrigin: issuer.origin, expectedRPID: rpID, requireUserVerification: true },
  })

  return {
    areOffered: isIP(rpID.replace(/^\[|\]$/g, '')) === 0,
    async askFor(purpose, browser) {
      const { generateAuthenticationOptions } = await library()
      const options = await generateAuthenticationOptions({
        ...{ rpID, userVerification: 'required', timeout: CHALLENGE_LENGTH },
        allowCredentials: purpose.accountId === undefined ? [] : known(purpose.accountId).map(asDescriptor),
      })
      challenges.remember(options.challenge, purpose, browser)
      return options
    },
    async askForNew({ name, ...purpose }, browser) {
      const { generateRegistrationOptions } = await library()
      const userID = new TextEncoder().encode(purpose.accountId)
      const options = await generateRegistrationOptions({
        ...{ rpName: 'Latchkey', rpID, userID, userName: name, userDisplayName: name, timeout: CHALLENGE_LENGTH },
        ...{ attestationType: 'none', supportedAlgorithmIDs: ALGORITHMS },
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        excludeCredentials: known(purpose.accountId ?? '').map(asDescriptor),
      })
      challenges.remember(options.challenge, purpose, browser)
      return options
    },
    async check({ browser, purpose, credential: sent }) {
      const challenge = challenges.take(browser, purpose)
      const response = readJson(authentication, sent)
      const found = response === undefined ? undefined : byId.get(response.id)
      if (challenge === undefined || response === undefined || found === undefined) return undefined
      const kept = v.parse(row, found)
      const { userHandle } = response.response
      // The account that the authenticator keeps beside the key, where it tells: it must be the same.
      if (userHandle && Buffer.from(userHandle, 'base64url').toString() !== kept.account_id) return undefined
      if (purpose.accountId !== undefined && purpose.accountId !== kept.account_id) return undefined
      const { verifyAuthenticationResponse } = await library()
      const verified = await verifyAuthenticationResponse({
        ...expected(challenge),
        response: response as AuthenticationResponseJSON,
        credential: { id: kept.id, publicKey: new Uint8Array(kept.public_key), counter: kept.counter },
      }).catch(() => undefined)
      if (verified?.verified !== true) return undefined
      const { changes } = use.run(verified.authenticationInfo.newCounter, clock.now(), kept.id)
      return changes === 1 ? kept.account_id : undefined
    },
    async checkNew({ browser, purpose, credential: sent }) {
      const challenge = challenges.take(browser, purpose)
      const response = readJson(registration, sent)
      if (challenge === undefined || response === undefined) return undefined
      const { verifyRegistrationResponse } = await library()
      const verified = await verifyRegistrationResponse({
        ...expected(challenge),
        response: response as RegistrationResponseJSON,
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch(() => undefined)
      if (verified?.verified !== true) return undefined
      const { id, publicKey, counter } = verified.registrationInfo.credential
      return { id, publicKey, counter, transports: response.response.transports }
    },
    keep(accountId, { id, publicKey, counter, transports }, name) {
      if (ofAccount.all(accountId).length >= MOST_PASSKEYS) return false
      return insert.run(id, accountId, name, publicKey, counter, transports.join(' '), clock.now()).changes === 1
    },
    list: (accountId) =>
      ofAccount.all(accountId).map((found) => {
        const { id, name, created_at: createdAt, last_used_at: lastUsedAt } = v.parse(row, found)
        return {
          ...{ id, name, createdAt: instant(createdAt) },
          lastUsedAt: lastUsedAt === null ? undefined : instant(lastUsedAt),
        }
      }),
    remove: (accountId, id, mayBeLast) =>
      inTransaction(database, () => {
        const all = known(accountId)
        if (!all.some((each) => each.id === id)) return 'unknown'
        if (all.length === 1 && !mayBeLast) return 'last_way'
        remove.run(id, accountId)
        return 'done'
      }),
    sweep: challenges.sweep,
  }
}

function asDescriptor({ id, transports }: { readonly id: string; readonly transports: readonly string[] }) {
  return { id, transports: [...transports] }
}

function readJson<T>(schema: v.GenericSchema<unknown, T>, json: string): T | undefined {
  try {
    const read = v.safeParse(schema, JSON.parse(json))
    return read.success ? read.output : undefined
  } catch {
    return undefined
  }
}
