// The person who lives here: makes the home their own, lets devices in, and controls them from a phone. All of it through the real
// endpoints, as a browser and a phone would.
import { ROLE_CEILING, type Role } from '#contract/scopes.ts'
import { type Instant, instant, seconds } from '#contract/time.ts'
import { BY_A_PERSON } from '../answers.ts'
import { runAs, runOutside } from '../time/participant.ts'
import { createPerson } from '../visitor/person.ts'
import { becomeOwner, checkScopes, confirm, signIn } from '../visitor/sign-in.ts'
import type { HubSlot } from './hub-slot.ts'
import { createPhone, type Phone } from './phone.ts'
import type { World } from './world.ts'

const scopesOf = (role: Role) => ['openid', ...ROLE_CEILING[role]]
/** A token that ends sooner than this is not used any more. */
const MARGIN = seconds(30)
/** What the hub asks for where it answers `insufficient_user_authentication` (RFC 9470). */
const FRESH_SECONDS = 300

export interface Owner {
  /** Says yes to the device that shows this code. */
  approve(userCode: string): Promise<void>
  accessToken(scopes?: readonly string[]): Promise<string>
  appPassword(name: string, scopes: readonly string[]): Promise<string>
  /** The phone of somebody who may do what this role may. */
  phone(role: Role): Phone
  /** Puts a device out. */
  unpair(device: string): Promise<void>
  /** Puts the phones away. */
  disconnect(): void
}

export async function createOwner(options: { readonly world: World; readonly hub: HubSlot }): Promise<Owner> {
  const { world, hub } = options
  const me = world.inhabitant('phone')
  const issuer = hub.hub.publicUrl
  const person = createPerson(issuer)
  const really = <T>(what: string, job: () => Promise<T>): Promise<T> =>
    world.work.during('phone', what, runOutside(job))

  await really('making the home its own', () => becomeOwner(person, hub.hub.ownerLink))

  const signInAs = (wanted: { readonly scope: string; readonly maxAge?: number }) =>
    really('signing in', () =>
      runAs({ ...me, timers: false }, () => signIn(person, { issuer, ...wanted, fetch: fetchAsPerson })),
    )
  const tokens = new Map<string, { readonly text: string; readonly until: Instant }>()
  const accessToken = async (scopes: readonly string[] = scopesOf('owner')): Promise<string> => {
    checkScopes(scopes)
    const scope = scopes.join(' ')
    const kept = tokens.get(scope)
    if (kept !== undefined && kept.until - me.clock.now() > MARGIN) return kept.text
    const { access_token: text, expires_in: lifetime = 600 } = await signInAs({ scope })
    tokens.set(scope, { text, until: instant(me.clock.now() + lifetime * 1000) })
    return text
  }

  const ask = async (method: string, path: string, token: string, body?: object): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const answer = await really(`${method} ${path}`, () => fetch(new URL(path, issuer), init))
    if (answer.ok) return answer
    throw new Error(`Cannot ${method} ${path} as the hub must take it: ${await reasonOf(answer)}`)
  }

  const phones = new Map<Role, Phone>()
  return {
    accessToken,
    async approve(userCode) {
      const page = await really('letting a device in', () =>
        person.post('/pair', { user_code: userCode, answer: 'approved' }),
      )
      if (page.status !== 200)
        throw new Error(`Cannot let the device in as the hub must take its code: got ${page.status}`)
    },
    phone(role) {
      const name = role === 'owner' ? 'phone' : `phone-${role}`
      const known = phones.get(role)
      if (known !== undefined) return known
      const made = createPhone({ ...{ name, me, world, hub }, accessToken: () => accessToken(scopesOf(role)) })
      phones.set(role, made)
      return made
    },
    async appPassword(name, scopes) {
      checkScopes(scopes, ROLE_CEILING.owner)
      await really('confirming', () => confirm(person))
      const { access_token: token } = await signInAs({ scope: scopesOf('owner').join(' '), maxAge: FRESH_SECONDS })
      const made = await ask('POST', '/api/app-passwords', token, { name, scopes })
      return ((await made.json()) as { readonly password: string }).password
    },
    async unpair(device) {
      await ask('DELETE', `/api/devices/${device}`, await accessToken())
    },
    disconnect() {
      for (const phone of phones.values()) phone.disconnect()
    },
  }
}

const fetchAsPerson = (url: string, options: { readonly headers?: Readonly<Record<string, string>> }) =>
  fetch(url, { ...options, headers: { ...options.headers, [BY_A_PERSON]: 'true' } })

/** The hub's own words (RFC 9457), where it has any. */
async function reasonOf(answer: Response): Promise<string> {
  const text = await answer.text()
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') ?? false
  const { detail } = (isProblem ? JSON.parse(text) : {}) as { readonly detail?: unknown }
  return typeof detail === 'string' ? detail : `got ${answer.status}`
}
