// The authorization room, put together: who may come in.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type Provider from 'oidc-provider'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Millis } from '#contract/time.ts'
import type { Database } from '../store/database.ts'
import { createVerifier, type Verifier } from './access-token.ts'
import { createSweep } from './adapter.ts'
import { type AppPasswords, createAppPasswords } from './app-passwords.ts'
import { type Audit, createAudit } from './audit/audit.ts'
import { type Apps, createApps } from './clients/apps.ts'
import { createRegistrationTokens, type RegistrationTokens } from './clients/registration-tokens.ts'
import { createDevices, type Devices } from './devices/devices.ts'
import { createPairing } from './devices/pairing.ts'
import type { LegacyFlow } from './flows/legacy.ts'
import { createGrants } from './grants.ts'
import { createGuesses } from './guesses.ts'
import { ATTEMPT_LENGTH, createAttempts } from './identities/attempts.ts'
import { createIdentities } from './identities/identities.ts'
import { createIdentityProvider } from './identities/identity-provider.ts'
import type { IdentityProviderSettings } from './identities/settings.ts'
import type { Keys } from './keys/keys.ts'
import { createElsewhere, isSameHouse } from './networks.ts'
import { accountPages } from './pages/account.ts'
import { arrivalPages } from './pages/arrival.ts'
import { createBrowserSession } from './pages/browser-session.ts'
import { answerBusy } from './pages/busy.ts'
import { confirmPages } from './pages/confirm.ts'
import { createCookie } from './pages/cookie.ts'
import { createDeparture, departurePages } from './pages/departure.ts'
import { pageFiles } from './pages/files.ts'
import { createIdentityForms } from './pages/identity-forms.ts'
import { interactionPages } from './pages/interaction.ts'
import { invitationPages } from './pages/invitation.ts'
import { pairPages } from './pages/pair.ts'
import { passkeyPages } from './pages/passkey.ts'
import { peoplePages } from './pages/people.ts'
import { programPages } from './pages/programs.ts'
import { tooLong } from './pages/refusal.ts'
import type { Requests } from './pages/requests.ts'
import { setupPages } from './pages/setup.ts'
import { signInPages } from './pages/sign-in.ts'
import { createStillOpen } from './pages/still-open.ts'
import { type Accounts, createAccounts } from './people/accounts.ts'
import { createInvitations, type Invitations } from './people/invitations.ts'
import { createOwnerKey, type OwnerKey } from './people/owner-key.ts'
import type { PasswordCost } from './people/password.ts'
import { createPeople, type People } from './people/people.ts'
import { createProvider } from './provider.ts'
import { createRenewable } from './renewable.ts'
import { CHALLENGE_LENGTH } from './sign-in/challenges.ts'
import { endProviderSession, leaveBrowser } from './sign-in/end-session.ts'
import { createPasskeys } from './sign-in/passkeys.ts'
import { createSessions, SESSION_LENGTH } from './sign-in/sessions.ts'
import { createSignInGuard } from './sign-in/sign-in-guard.ts'
import { createSignOut } from './sign-in/sign-out.ts'
import type { StrangerLimits } from './strangers.ts'

export interface Authorization {
  readonly provider: Provider
  readonly accounts: Accounts
  readonly people: People
  readonly invitations: Invitations
  readonly devices: Devices
  readonly appPasswords: AppPasswords
  readonly ownerKey: OwnerKey
  /** To be disposed before the database is closed. */
  readonly audit: Audit
  /** Sign-in, set-up, people, pairing. */
  readonly pages: Hono<Requests>
  readonly apps: Apps
  readonly registrationTokens: RegistrationTokens
  /** Reads access tokens whose grant still stands. */
  readonly verifier: Verifier
  /** To be called when the keys have changed. */
  followKeys(): void
  /** Deletes what has expired and what nobody paired, holds app passwords to their makers' roles, goes on with the keys; every minute. */
  sweep(): Promise<void>
}

export interface AuthorizationOptions {
  readonly issuer: URL
  readonly database: Database
  /** Another connection to it, which does not wait for the disk. */
  readonly beside: Database
  readonly keys: Keys
  readonly clock: Clock
  readonly log: Logger
  readonly pollInterval: Millis
  readonly accessTokenLifetime: Millis
  readonly strangers: StrangerLimits
  readonly legacyFlows: readonly LegacyFlow[]
  /** Where people may have an account already; nowhere. */
  readonly identityProviders?: readonly IdentityProviderSettings[] | undefined
  readonly random: () => number
  /** Added to the metadata: where the broker listens besides WebSocket. */
  readonly mqttEndpoint: string | undefined
  /** Where this hub listens, besides its issuer's port. */
  readonly ownPorts: readonly number[]
  /** Whether two addresses are in one house; by the networks of this machine. */
  readonly isSameHouse?: (one: string, other: string) => boolean
  /** What new passwords are hashed at, where it is not `PASSWORD_COST`. */
  readonly passwordCost?: PasswordCost | undefined
  /** A grant was ended, or an app password. */
  readonly onGrantEnded: (grantId: string) => void
}

export function createAuthorization(options: AuthorizationOptions): Authorization {
  const { issuer, database, keys, clock, log } = options
  const accounts = createAccounts(database, clock, options.passwordCost)
  const grants = createGrants(database, options.onGrantEnded, (browser) => {
    // It ends the grants at once; the rest is for the programs, and waited for by nobody.
    leaveBrowser({ provider, endGrant: grants.endOne, log }, browser).catch((err: unknown) => {
      log.warn({ err }, 'programs could not be told that somebody signed out')
    })
  })
  const sessions = createSessions({
    ...{ database, accounts, clock, log },
    ...{ endGrant: grants.endOne, forgetBrowser: grants.forgetBrowser },
  })
  const devices = createDevices(database, clock)
  const appPasswords = createAppPasswords({ database, accounts, clock, log, onEnded: options.onGrantEnded })
  const apps = createApps(database, options.onGrantEnded)
  const registrationTokens = createRegistrationTokens(database, clock)
  const invitations = createInvitations({ database, accounts, clock })
  const ownerKey = createOwnerKey()
  const audit = createAudit(database, clock, log)
  const people = createPeople({ database, accounts, devices, grants, appPasswords, audit })
  const guesses = createGuesses(clock)
  const guard = createSignInGuard({ accounts, guesses, audit })
  const elsewhere = createElsewhere(clock)
  const cookieFor = (name: string, length: Millis, sameSite: 'Lax' | 'Strict') =>
    createCookie({ name, length, sameSite, secure: issuer.protocol === 'https:' })
  const cookie = cookieFor('latchkey', SESSION_LENGTH, 'Lax')
  const browserSession = createBrowserSession({ sessions, cookie, clock })
  const sessionOf = (header: string | undefined) => sessions.find(cookie.readHeader(header))
  const verifier = createVerifier({ issuer, keys: options.keys.resolve, isGrantAlive: grants.isAlive, clock })
  const { provider, renew } = createRenewable(() =>
    createProvider({
      ...{ ...options, accounts, devices, audit, sessionOf, registrationTokens, guard, verifier },
      noteGrant: sessions.noteGrant,
      noteBrowser: sessions.noteBrowser,
      endSession: (header) => sessions.end(cookie.readHeader(header)),
      onClientRemoved: apps.remove,
      endGrant: grants.endOne,
    }),
  )
  const pairing = createPairing({
    ...{ provider, devices, grants, audit, clock, elsewhere },
    isSameHouse: options.isSameHouse ?? isSameHouse,
  })
  const endSession = (request: IncomingMessage, response: ServerResponse) =>
    endProviderSession({ provider, request, response, endGrant: grants.endOne, log })
  const passkeys = createPasskeys({ database, issuer, clock })
  const challengeCookie = cookieFor('latchkey-passkey', CHALLENGE_LENGTH, 'Strict')
  const providers = (options.identityProviders ?? []).map((settings) =>
    createIdentityProvider({ settings, publicUrl: issuer, clock }),
  )
  const isToldOf = (id: string, told: string) => providers.some((each) => each.id === id && each.mayTellOf(told))
  const identities = createIdentities({ database, clock, isToldOf })
  const attempts = createAttempts(database, clock)
  // It comes back from the provider's site.
  const attemptCookie = cookieFor('latchkey-with', ATTEMPT_LENGTH, 'Lax')
  const departure = createDeparture({ providers, attempts, attemptCookie, clock, log })
  const identityForms = createIdentityForms({ providers, identities, accounts, passkeys })
  const hasOtherWay = (id: string) => accounts.hasPassword(id) || identities.usable(id).length > 0
  const ways = { accounts, passkeys, browserSession, challengeCookie, audit, identities, departure, identityForms }
  const signOut = createSignOut({ provider, sessions, grants, invitations, registrationTokens, audit })
  const stillOpen = createStillOpen({ passkeys, identities, appPasswords, grants })
  const sweepExpired = createSweep(database)

  const pages = new Hono<Requests>().onError(answerBusy)
  pages.use(bodyLimit({ maxSize: 16 * 1024, onError: (c) => c.html(tooLong, 413) }))
  pages.use(async (c, next) => {
    await next()
    // Codes, names and forms: nothing of this is for a cache.
    if (c.res.headers.get('content-type')?.startsWith('text/html')) c.header('cache-control', 'no-store')
  })
  // First: it also widens the policy of the sign-in page.
  pages.route('/', interactionPages({ provider, apps, browserSession, audit, clock, endProviderSession: endSession }))
  pages.route('/', signInPages({ ...ways, guard, guesses, endProviderSession: endSession }))
  pages.route('/', departurePages(departure))
  pages.route('/', arrivalPages({ ...ways, providers, attempts, attemptCookie, invitations, clock, log }))
  pages.route('/', setupPages({ accounts, browserSession, ownerKey, audit, clock }))
  pages.route('/', invitationPages({ ...ways, invitations, clock }))
  pages.route('/', confirmPages({ ...ways, guesses }))
  pages.route('/', accountPages({ ...ways, sessions, hasOtherWay, clock, signOut, stillOpen }))
  pages.route('/', passkeyPages({ passkeys, invitations, challengeCookie, browserSession, clock }))
  pages.route('/', peoplePages({ people, invitations, publicUrl: issuer, audit, browserSession, clock }))
  pages.route(
    '/',
    programPages({
      ...{ appPasswords, apps, registrationTokens, publicUrl: issuer },
      ...{ audit, browserSession, clock },
    }),
  )
  pages.route('/', pairPages({ pairing, browserSession, audit, elsewhere, rooms: devices.rooms, clock }))
  pages.route('/', pageFiles())

  let followed = keys.signing
  const followKeys = () => {
    if (keys.signing === followed) return
    followed = keys.signing
    renew()
  }

  return {
    provider,
    accounts,
    people,
    invitations,
    devices,
    appPasswords,
    ownerKey,
    audit,
    pages,
    apps,
    registrationTokens,
    verifier,
    followKeys,
    async sweep() {
      sweepExpired(clock.now())
      devices.sweepUnpaired()
      registrationTokens.sweep()
      invitations.sweep()
      passkeys.sweep()
      attempts.sweep()
      appPasswords.enforce()
      audit.sweep()
      await keys.sweep()
      followKeys()
    },
  }
}
