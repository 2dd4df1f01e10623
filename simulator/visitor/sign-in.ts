// How the person who lives in a simulated home makes it their own and signs in: through the real endpoints, as a browser and the phone page
// do.
import * as oauth from 'oauth4webapi'
import { AUDIENCE, ROLE_CEILING } from '#contract/scopes.ts'
import type { Person } from './person.ts'

/** Of a home that exists for as long as a test does. */
export const OWNER = { name: 'Robin', password: 'correct horse battery' } as const
const PAGE_CLIENT = 'latchkey-page'

/** Makes the owner's account. `link` is what the hub hands out while nobody lives there. */
export async function becomeOwner(person: Person, link: URL | undefined): Promise<void> {
  const answer = await person.post('/setup', { ...OWNER, key: link?.hash.slice(1) ?? '' })
  if (answer.status >= 400)
    throw new Error(`Cannot make the owner's account as the hub must take it: got ${answer.status}`)
}

/** Gives the password once more, as the hub asks of whoever changes what matters. */
export async function confirm(person: Person): Promise<void> {
  const answer = await person.post('/confirm', { password: OWNER.password })
  if (answer.status !== 200) throw new Error(`Cannot confirm as the hub must take the password: got ${answer.status}`)
}

/** What an owner may ask for. The hub answers anything else with a page for people. */
const SCOPES: readonly string[] = ['openid', 'offline_access', ...ROLE_CEILING.owner]

/** Throws a `RangeError` that names the scope. */
export function checkScopes(asked: readonly string[], known: readonly string[] = SCOPES): void {
  const strange = asked.find((scope) => !known.includes(scope))
  if (strange === undefined && asked.length > 0) return
  const got = strange === undefined ? 'none' : `"${strange}"`
  throw new RangeError(`Cannot ask for these scopes as each must be one of ${known.join(', ')}: got ${got}`)
}

export interface SignInOptions {
  readonly issuer: URL
  readonly scope: string
  /** How many seconds ago the person may have confirmed, at most (OpenID Connect Core §3.1.2.1). */
  readonly maxAge?: number
  /** Carries the two requests that are not a browser's. */
  readonly fetch?: (url: string, options: object) => Promise<Response>
}

/** The code flow with PKCE (RFC 7636). */
export async function signIn(person: Person, options: SignInOptions): Promise<oauth.TokenEndpointResponse> {
  const { issuer, scope, maxAge } = options
  checkScopes(scope.split(' '))
  const carry: NonNullable<SignInOptions['fetch']> = options.fetch ?? fetch
  const send = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:', [oauth.customFetch]: carry }
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, send))
  const client: oauth.Client = { client_id: PAGE_CLIENT }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const redirect = `${issuer.origin}/`
  const query = new URLSearchParams({
    ...{ client_id: PAGE_CLIENT, redirect_uri: redirect, response_type: 'code', scope, resource: AUDIENCE, state },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(maxAge !== undefined && { max_age: String(maxAge) }),
  })
  const back = await person.follow(`/oauth/authorize?${query}`, (target) => target.searchParams.has('code'))
  const parameters = oauth.validateAuthResponse(server, client, back, state)
  const response = await oauth.authorizationCodeGrantRequest(
    ...([server, client, oauth.None(), parameters, redirect, verifier, send] as const),
  )
  return oauth.processAuthorizationCodeResponse(server, client, response)
}
