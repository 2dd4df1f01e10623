// A whole home for a test: on free ports, in a folder that goes away, paired by somebody who clicks through the real pages.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as client from 'openid-client'
import { systemClock } from '#contract/clock.ts'
import { KINDS, type Kind } from '#contract/ids.ts'
import { AUDIENCE } from '#contract/scopes.ts'
import { millis, seconds } from '#contract/time.ts'
import type { Status } from '../device/status.ts'
import { type Household, startHousehold } from '../simulator/household.ts'
import { becomeOwner, createPerson, type Person } from './person.ts'
import { quiet } from './quiet.ts'

export interface TestHome extends AsyncDisposable {
  readonly home: Household
  readonly owner: Person
  readonly status: Readonly<Partial<Record<Kind, Status>>>
  /** Approves the device that waits, and resolves with its id when it is online. */
  pair(kind: Kind): Promise<string>
  accessToken(scope?: string): Promise<string>
}

export const loopback = { host: '127.0.0.1', port: 0 } as const

export const HOME_SCOPES = 'openid home:read climate:control toaster:control security:arm security:disarm home:admin'

export async function startTestHome(
  options: { readonly folder?: string /** Nobody lives here yet. */; readonly withoutOwner?: boolean } = {},
): Promise<TestHome> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'latchkey-'))
  const status: Partial<Record<Kind, Status>> = {}
  const home = await startHousehold({
    folder: join(folder, 'hub'),
    devices: folder,
    ...{ http: loopback, mqtt: loopback, mqtts: undefined, publicUrl: undefined, tls: { type: 'off' }, mdns: false },
    log: quiet,
    pollInterval: seconds(1),
    onStatus: (kind, next) => {
      status[kind] = next
    },
  })
  const { publicUrl, ownerLink } = home.hub
  const key = ownerLink?.hash.slice(1) ?? ''
  const owner = options.withoutOwner ? createPerson(publicUrl) : await becomeOwner(publicUrl, key)
  return {
    home,
    owner,
    status,
    async pair(kind) {
      const asking = await until(() => (status[kind]?.phase === 'pairing' ? status[kind] : undefined), `${kind} to ask`)
      const { userCode } = asking.authorization
      const page = await owner.post('/pair', { user_code: userCode, answer: 'approved' })
      if (page.status !== 200) throw new Error(`not approved: ${page.text}`)
      await until(() => status[kind]?.phase === 'online', `${kind} to be online`)
      return asking.device
    },
    accessToken: (scope = HOME_SCOPES) => signIn(publicUrl, owner, scope),
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]()
      if (options.folder === undefined) rmSync(folder, { recursive: true })
    },
  }
}

/** An access token through the code flow, as the phone page gets it. */
export async function signIn(issuer: URL, person: Person, scope = HOME_SCOPES): Promise<string> {
  const config = await client.discovery(issuer, 'latchkey-page', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  })
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const url = client.buildAuthorizationUrl(config, {
    ...{ redirect_uri: `${issuer.origin}/`, scope, resource: AUDIENCE, state },
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const back = await person.follow(`${url.pathname}${url.search}`, (target) => target.searchParams.has('code'))
  const checks = { pkceCodeVerifier: verifier, expectedState: state }
  return (await client.authorizationCodeGrant(config, back, checks)).access_token
}

/** Waits until `found` returns something; the test's own time-out ends it. */
export async function until<T>(
  found: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  within = seconds(15),
): Promise<T> {
  const deadline = performance.now() + within
  for (;;) {
    const value = await found()
    if (value) return value
    if (performance.now() > deadline) throw new Error(`waited ${within / 1000} s for ${what}`)
    await systemClock.sleep(millis(10))
  }
}

export const pairAll = async (home: TestHome): Promise<Readonly<Record<Kind, string>>> => {
  const ids = await Promise.all(KINDS.map(async (kind) => [kind, await home.pair(kind)] as const))
  return Object.fromEntries(ids) as Record<Kind, string>
}
