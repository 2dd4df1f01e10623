// A program of somebody else's at our authorization server: registered as its developer would, let in as its user would.
import { expect } from 'vitest'
import type { NewRegistrationToken } from '../../../../hub/authorization/clients/registration-tokens.ts'
import type { Person } from '../../../person.ts'
import type { Server } from '../server.ts'

export const CALLBACK = 'http://127.0.0.1:4711/callback'

export interface Registered {
  readonly client_id: string
  readonly client_secret?: string
  readonly registration_access_token: string
  readonly registration_client_uri: string
  readonly scope?: string
  readonly [key: string]: unknown
}

export const ALL_SCOPES = [
  'home:read',
  'climate:control',
  'toaster:control',
  'security:arm',
  'security:disarm',
] as const

export function letRegister({ authorization }: Server, allowance: Partial<NewRegistrationToken> = {}): string {
  const made = authorization.registrationTokens.create({
    ...{ name: 'Dashboard', scopes: [...ALL_SCOPES], password: false },
    ...allowance,
  })
  return made?.text ?? expect.unreachable()
}

export const postRegistration = ({ url }: Pick<Server, 'url'>, token: string, metadata: object): Promise<Response> =>
  fetch(new URL('/oauth/register', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ client_name: 'Dashboard', redirect_uris: [CALLBACK], ...metadata }),
  })

export async function register(
  server: Server,
  metadata: object = {},
  allowance: Partial<NewRegistrationToken> = {},
): Promise<Registered> {
  const answer = await postRegistration(server, letRegister(server, allowance), metadata)
  expect(answer.status, await answer.clone().text()).toBe(201)
  return (await answer.json()) as Registered
}

/** Opens an authorization request in the person's browser and answers the question that comes. Returns where the browser ends. */
export async function answerConsent(person: Person, url: URL, answer: 'approved' | 'denied'): Promise<URL> {
  const page = await person.get(`${url.pathname}${url.search}`)
  expect(page.url.pathname).toMatch(/^\/interaction\//)
  return person.follow(page.url.pathname, (target) => target.origin !== url.origin, { answer })
}

/** A form that is sent to the token, revocation, introspection or PAR endpoint. */
export const post = (
  server: Server,
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
) => fetch(new URL(path, server.url), { method: 'POST', body: new URLSearchParams(form), headers })

export const basic = ({ client_id, client_secret }: Registered): string =>
  `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
