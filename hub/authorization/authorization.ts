// The authorization room, put together: who may come in.
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type Provider from 'oidc-provider'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Millis } from '#contract/time.ts'
import type { Database } from '../store/database.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { createSweep } from './adapter.ts'
import { type AppPasswords, createAppPasswords } from './app-passwords.ts'
import { createDevices, type Devices } from './devices.ts'
import { endBrowserSession } from './end-session.ts'
import { createGrants } from './grants.ts'
import { createGuesses } from './guesses.ts'
import { createInvitations, type Invitations } from './invitations.ts'
import type { Keys } from './keys.ts'
import { createOwnerKey, type OwnerKey } from './owner-key.ts'
import { accountPages } from './pages/account.ts'
import { confirmPages } from './pages/confirm.ts'
import { createSessionCookie } from './pages/cookie.ts'
import { interactionPages } from './pages/interaction.ts'
import { invitationPages } from './pages/invitation.ts'
import { pairPages } from './pages/pair.ts'
import { createChallengeCookie, passkeyPages } from './pages/passkey.ts'
import type { Requests } from './pages/requests.ts'
import { setupPages } from './pages/setup.ts'
import { signInPages } from './pages/sign-in.ts'
import { createStepUp, type StepUp } from './pages/step-up.ts'
import { createPairing } from './pairing.ts'
import { createPasskeys } from './passkeys.ts'
import { createPeople, type People } from './people.ts'
import { createProvider } from './provider.ts'
import { createSessions } from './sessions.ts'
import { createSignOut } from './sign-out.ts'
import type { StrangerLimits } from './strangers.ts'

export interface Authorization {
  readonly provider: Provider
  readonly accounts: Accounts
  readonly people: People
  readonly invitations: Invitations
  readonly devices: Devices
  readonly appPasswords: AppPasswords
  readonly ownerKey: OwnerKey
  /** For pages that ask for a recent confirmation. */
  readonly stepUp: StepUp
  /** Sign-in, set-up, invitations and pairing. */
  readonly pages: Hono<Requests>
  /** Whether the grant behind a token still stands. */
  isGrantAlive(grantId: string): boolean
  /** Deletes what has expired and what nobody paired, and holds app passwords to their makers' roles; call it every minute. */
  sweep(): void
}

export function createAuthorization(options: {
  readonly issuer: URL
  readonly database: Database
  readonly keys: Keys
  readonly clock: Clock
  readonly log: Logger
  readonly pollInterval: Millis
  readonly accessTokenLifetime: Millis
  readonly strangers: StrangerLimits
  readonly random: () => number
  /** Added to the metadata: where the broker listens besides WebSocket. */
  readonly mqttEndpoint: string | undefined
  /** A grant was ended, or an app password. */
  readonly onGrantEnded: (grantId: string) => void
}): Authorization {
  const { issuer, database, clock, log } = options
  const accounts = createAccounts(database, clock)
  const grants = createGrants(database, options.onGrantEnded)
  const sessions = createSessions({ database, accounts, clock, log, endGrant: grants.endOne })
  const devices = createDevices(database, clock)
  const appPasswords = createAppPasswords({ database, accounts, clock, log, onEnded: options.onGrantEnded })
  const people = createPeople({ database, accounts, devices, grants, appPasswords })
  const invitations = createInvitations({ database, accounts, clock })
  const ownerKey = createOwnerKey()
  const cookie = createSessionCookie(issuer.protocol === 'https:')
  const sessionOf = (header: string | undefined) => sessions.find(cookie.readHeader(header))
  const provider = createProvider({ ...options, accounts, devices, sessionOf, noteGrant: sessions.noteGrant })
  const pairing = createPairing({ provider, devices, clock, onGrantEnded: options.onGrantEnded })
  const endSession = (request: IncomingMessage, response: ServerResponse) =>
    endBrowserSession({ provider, request, response, onGrantEnded: options.onGrantEnded })
  const passkeys = createPasskeys({ database, issuer, clock })
  const challengeCookie = createChallengeCookie(issuer.protocol === 'https:')
  const ways = { accounts, passkeys, sessions, cookie, challengeCookie }
  const guesses = createGuesses(clock)
  const stepUp = createStepUp({ sessions, cookie, clock })
  const signOut = createSignOut({ provider, sessions, grants })
  const sweepExpired = createSweep(database)
  const grant = database.prepare("SELECT 1 FROM oidc WHERE model='Grant' AND id=?")

  const pages = new Hono<Requests>()
  pages.use(bodyLimit({ maxSize: 16 * 1024 }))
  pages.use(async (c, next) => {
    await next()
    // Codes, names and forms: nothing of this is for a cache.
    if (c.res.headers.get('content-type')?.startsWith('text/html')) c.header('cache-control', 'no-store')
  })
  pages.route('/', signInPages({ ...ways, guesses, endBrowserSession: endSession }))
  pages.route('/', setupPages({ accounts, sessions, cookie, ownerKey, clock }))
  pages.route('/', invitationPages({ ...ways, invitations, clock }))
  pages.route('/', interactionPages({ provider, sessions, cookie, clock, endBrowserSession: endSession }))
  pages.route('/', confirmPages({ ...ways, guesses, stepUp }))
  pages.route('/', accountPages({ ...ways, hasOtherWay: accounts.hasPassword, clock, stepUp, signOut }))
  pages.route('/', passkeyPages({ passkeys, invitations, challengeCookie, stepUp, clock }))
  pages.route('/', pairPages({ pairing, sessions, cookie, clock }))
  for (const [path, type] of FILES) {
    const text = readFileSync(new URL(`./pages${path}`, import.meta.url), 'utf8')
    pages.get(path, (c) => c.body(text, 200, { 'content-type': type, 'cache-control': 'no-cache' }))
  }

  return {
    provider,
    accounts,
    people,
    invitations,
    devices,
    appPasswords,
    ownerKey,
    stepUp,
    pages,
    isGrantAlive: (grantId) => grant.get(grantId) !== undefined,
    sweep() {
      sweepExpired(clock.now())
      devices.sweepUnpaired()
      invitations.sweep()
      passkeys.sweep()
      appPasswords.enforce()
    },
  }
}

const FILES = [
  ['/pages.css', 'text/css; charset=utf-8'],
  ['/invitation.js', 'text/javascript; charset=utf-8'],
  ['/passkey.js', 'text/javascript; charset=utf-8'],
  ['/setup.js', 'text/javascript; charset=utf-8'],
] as const
