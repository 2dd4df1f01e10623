// Where attacks are tried: one server and one signed-in owner for a whole file, and requests that no library would send.
import { hash, randomBytes } from 'node:crypto'
import { afterAll } from 'vitest'
import { becomeOwner, type Person } from '../../../person.ts'
import { answerConsent, basic, CALLBACK, post, type Registered } from '../flows/apps.ts'
import { type Server, startServer } from '../server.ts'

export interface AttackRoom {
  readonly server: Server
  readonly owner: Person
}

/** Ended with the file. Each attack brings programs and devices of its own, and none minds what another has left. */
export async function openAttackRoom(options: Parameters<typeof startServer>[0] = {}): Promise<AttackRoom> {
  const server = await startServer({ strangers: { perAddress: 1000 }, ...options })
  afterAll(() => server[Symbol.asyncDispose]())
  return { server, owner: await becomeOwner(server.url, server.authorization.ownerKey.text) }
}

export interface Told {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

export const told = async (response: Response): Promise<Told> => {
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : { text } }
}

export const VERIFIER = randomBytes(32).toString('base64url')
export const challengeOf = (verifier: string): string => hash('sha256', verifier, 'base64url')

/** A good authorization request; `more` replaces what it says, and what is undefined is left out. */
export function authorizeUrl(
  { url }: Server,
  { client_id }: Pick<Registered, 'client_id'>,
  more: Readonly<Record<string, string | undefined>> = {},
): URL {
  const asked = {
    ...{ client_id, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid home:read', state: 's-1' },
    ...{ code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256', prompt: 'consent', ...more },
  }
  const target = new URL('/oauth/authorize', url)
  for (const [key, value] of Object.entries(asked)) if (value !== undefined) target.searchParams.set(key, value)
  return target
}

/** What a browser that nobody is signed in on is answered, without going anywhere. */
export const ask = (url: URL, init: RequestInit = {}): Promise<Response> => fetch(url, { redirect: 'manual', ...init })

/** The owner says yes. Returns where their browser is sent. */
export const letIn = (
  { server, owner }: AttackRoom,
  app: Registered,
  more: Readonly<Record<string, string | undefined>> = {},
): Promise<URL> => answerConsent(owner, authorizeUrl(server, app, more), 'approved')

export async function codeFor(
  room: AttackRoom,
  app: Registered,
  more: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  const back = await letIn(room, app, more)
  const code = back.searchParams.get('code')
  if (code === null) throw new Error(`no code: ${back.search}`)
  return code
}

/** Asks the token endpoint as this program: by its secret where it has one, else by its name alone. */
export async function askForTokens(server: Server, app: Registered, form: Record<string, string>): Promise<Told> {
  const headers = app.client_secret === undefined ? {} : { authorization: basic(app) }
  const named = app.client_secret === undefined ? { client_id: app.client_id } : {}
  return told(await post(server, '/oauth/token', { ...named, ...form }, headers))
}

export const redeem = (
  server: Server,
  app: Registered,
  code: string,
  more: Record<string, string> = {},
): Promise<Told> =>
  askForTokens(server, app, {
    ...{ grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER },
    ...more,
  })

export const refresh = (server: Server, app: Registered, token: unknown, more: Record<string, string> = {}) =>
  askForTokens(server, app, { grant_type: 'refresh_token', refresh_token: String(token), ...more })
