// The person's tokens: authorization code with PKCE, kept in memory only. A reload asks the authorization server again, which answers without
// a word while its own session lives. Which server that is, the hub itself or another, the hub says.
import * as oauth from 'oauth4webapi'
import { uptime } from './clock.ts'

/** Where the verifier waits for the browser to come back; removed when it has. */
const PENDING = 'latchkey-sign-in'

const redirectUri = `${location.origin}/`

export interface Session {
  /** Ours, whatever the server calls them. */
  readonly scopes: ReadonlySet<string>
  /** Whether people and devices are let in and put out by the hub itself. */
  readonly own: boolean
  /** Guests let no devices in. */
  readonly mayPair: boolean
  /** Ends the session at another server; undefined where that cannot be asked for. */
  readonly signOut: (() => void) | undefined
  /** A token that is good for a while; `renew` asks for a new one in any case. Undefined when the server wants a person to sign in. */
  token(options?: { renew?: boolean }): Promise<string | undefined>
  /** Milliseconds until the token should be replaced. */
  renewIn(): number
}

/** As `/api/sign-in` says it. */
interface SignInFacts {
  readonly issuer: string
  readonly clientId: string | null
  readonly scope: string
  readonly parameters: Readonly<Record<string, string>>
  readonly own: boolean
}

interface Place {
  readonly facts: SignInFacts
  readonly server: oauth.AuthorizationServer
  readonly client: oauth.Client
  /** Of each request for tokens. */
  readonly send: oauth.TokenEndpointRequestOptions
}

async function findPlace(): Promise<Place> {
  const response = await fetch('/api/sign-in')
  if (!response.ok) throw new Error(`the hub answered ${response.status}`)
  const facts = (await response.json()) as SignInFacts
  if (facts.clientId === null) throw new Error(`${facts.issuer} knows no such page: set LATCHKEY_PAGE_CLIENT_ID`)
  const issuer = new URL(facts.issuer)
  // A server on http://localhost is as safe as the machine it is on; anything else is TLS.
  const insecure = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' }
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
  const send = { ...insecure, additionalParameters: facts.parameters }
  return { facts, server, client: { client_id: facts.clientId }, send }
}

/** Leaves the page for where people sign in. */
export async function signIn(): Promise<void> {
  const { facts, server, client } = await findPlace()
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state }))
  const url = new URL(server.authorization_endpoint ?? '')
  url.search = new URLSearchParams({
    ...facts.parameters,
    client_id: client.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: facts.scope,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  location.assign(url)
}

/** What the address says: nothing yet, or that the browser comes back from signing in. */
export const isReturning = (): boolean => /[?&](code|error)=/.test(location.search)

/** Trades the code for tokens. Rejects when the server said no, or when this is not the browser that asked. */
export async function finishSignIn(): Promise<Session> {
  const pending: unknown = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null')
  sessionStorage.removeItem(PENDING)
  const returned = new URL(location.href)
  history.replaceState(null, '', '/')
  if (!isPending(pending)) throw new Error('Cannot finish signing in as it must have begun in this tab')
  const place = await findPlace()
  const { server, client, send } = place
  const parameters = oauth.validateAuthResponse(server, client, returned, pending.state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    redirectUri,
    pending.verifier,
    send,
  )
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response)
  return createSession(place, tokens, await readMe(tokens.access_token))
}

/** Why nobody is signed in: what the server said, where it said no (RFC 6749 §4.1.2.1 and §5.2). */
export function reasonOf(error: unknown): string {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    const { error: code, error_description: words } = error
    return words === undefined ? code : `${code}, ${words}`
  }
  return error instanceof Error ? error.message : 'unknown reason'
}

interface Me {
  readonly scopes: readonly string[]
  readonly role: string | null
}

/** What the token allows here. The hub knows, whatever the server calls it. */
async function readMe(token: string): Promise<Me> {
  const response = await fetch('/api/me', { headers: { authorization: `Bearer ${token}` } })
  if (response.status === 403) throw new Error('you may not see this home')
  if (!response.ok) throw new Error(`the hub answered ${response.status} to the token`)
  return (await response.json()) as Me
}

const isPending = (input: unknown): input is { verifier: string; state: string } =>
  typeof input === 'object' && input !== null && 'verifier' in input && 'state' in input

function createSession(place: Place, first: oauth.TokenEndpointResponse, me: Me): Session {
  const { facts, server, client, send } = place
  let held = hold(first)
  let refreshToken = first.refresh_token
  let underWay: Promise<string | undefined> | undefined

  const refresh = async (): Promise<string | undefined> => {
    if (refreshToken === undefined) return undefined
    try {
      const response = await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, send)
      const tokens = await oauth.processRefreshTokenResponse(server, client, response)
      held = hold(tokens)
      refreshToken = tokens.refresh_token ?? refreshToken
      return held.token
    } catch (error) {
      if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') {
        refreshToken = undefined
        return undefined
      }
      throw error
    }
  }

  return {
    scopes: new Set(me.scopes),
    own: facts.own,
    mayPair: facts.own && me.role !== 'guest',
    signOut: server.end_session_endpoint === undefined ? undefined : () => leave(place, first.id_token),
    renewIn: () => Math.max(0, held.renewAt - uptime()),
    token({ renew = false } = {}) {
      if (!renew && uptime() < held.endsAt) return Promise.resolve(held.token)
      underWay ??= refresh().finally(() => {
        underWay = undefined
      })
      return underWay
    },
  }
}

/** RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0 §2): the server sends the browser back when it is done. */
function leave({ server, client }: Place, idToken: string | undefined): void {
  const url = new URL(server.end_session_endpoint ?? '')
  url.searchParams.set('client_id', client.client_id)
  url.searchParams.set('post_logout_redirect_uri', redirectUri)
  if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken)
  location.assign(url)
}

function hold({ access_token: token, expires_in: seconds = 600 }: oauth.TokenEndpointResponse) {
  return { token, renewAt: uptime() + seconds * 750, endsAt: uptime() + seconds * 950 }
}
