// The person's tokens: authorization code with PKCE, kept in memory only. A reload asks the hub again, which answers without a word
// while its own session lives.
import * as oauth from 'oauth4webapi'
import { uptime } from './clock.ts'

const CLIENT: oauth.Client = { client_id: 'latchkey-page' }
const SCOPES = 'openid home:read climate:control toaster:control security:arm security:disarm home:admin'
const AUDIENCE = 'urn:latchkey:home'
/** Where the verifier waits for the browser to come back; removed when it has. */
const PENDING = 'latchkey-sign-in'

const issuer = new URL(location.origin)
const redirectUri = `${location.origin}/`
// A page from http://localhost is as safe as the machine it is on; anything else is TLS or has no crypto.subtle at all.
const insecure = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' }

export interface Session {
  readonly scopes: ReadonlySet<string>
  /** A token that is good for a while; `renew` asks for a new one in any case. Undefined when the hub wants a person to sign in. */
  token(options?: { renew?: boolean }): Promise<string | undefined>
  /** Milliseconds until the token should be replaced. */
  renewIn(): number
}

const discover = async (): Promise<oauth.AuthorizationServer> =>
  oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))

/** Leaves the page for the hub's sign-in. */
export async function signIn(): Promise<void> {
  const server = await discover()
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state }))
  const url = new URL(server.authorization_endpoint ?? '/oauth/authorize', issuer)
  url.search = new URLSearchParams({
    client_id: CLIENT.client_id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: SCOPES,
    resource: AUDIENCE,
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString()
  location.assign(url)
}

/** What the address says: nothing yet, or that the browser comes back from signing in. */
export const isReturning = (): boolean => /[?&](code|error)=/.test(location.search)

/** Trades the code for tokens. Rejects when the hub said no, or when this is not the browser that asked. */
export async function finishSignIn(): Promise<Session> {
  const pending: unknown = JSON.parse(sessionStorage.getItem(PENDING) ?? 'null')
  sessionStorage.removeItem(PENDING)
  const returned = new URL(location.href)
  history.replaceState(null, '', '/')
  if (!isPending(pending)) throw new Error('Cannot finish signing in as it must have begun in this tab')
  const server = await discover()
  const parameters = oauth.validateAuthResponse(server, CLIENT, returned, pending.state)
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    CLIENT,
    oauth.None(),
    parameters,
    redirectUri,
    pending.verifier,
    insecure,
  )
  return createSession(server, await oauth.processAuthorizationCodeResponse(server, CLIENT, response))
}

const isPending = (input: unknown): input is { verifier: string; state: string } =>
  typeof input === 'object' && input !== null && 'verifier' in input && 'state' in input

function createSession(server: oauth.AuthorizationServer, first: oauth.TokenEndpointResponse): Session {
  let held = hold(first)
  let refreshToken = first.refresh_token
  let underWay: Promise<string | undefined> | undefined

  const refresh = async (): Promise<string | undefined> => {
    if (refreshToken === undefined) return undefined
    try {
      const response = await oauth.refreshTokenGrantRequest(server, CLIENT, oauth.None(), refreshToken, insecure)
      const tokens = await oauth.processRefreshTokenResponse(server, CLIENT, response)
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
    scopes: new Set(first.scope?.split(' ')),
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

function hold({ access_token: token, expires_in: seconds = 600 }: oauth.TokenEndpointResponse) {
  return { token, renewAt: uptime() + seconds * 750, endsAt: uptime() + seconds * 950 }
}
