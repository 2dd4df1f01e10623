import { beforeAll, expect, test } from 'vitest'
import { AdmissionError } from '../../../hub/authorization/access-token.ts'
import { createForeignKeys, createKey, type ForeignKeys, ISSUER, type Key } from './foreign-keys.ts'

let key: Key
let stranger: Key
beforeAll(async () => {
  key = await createKey('k1')
  stranger = await createKey('k1')
})

/** What becomes of a token that is right but for this. */
async function judge(
  room: ForeignKeys,
  make: (now: number) => { by?: Key; claims?: object; header?: object; map?: object; token?: string },
) {
  const { by = key, claims, header, map, token } = make(Math.floor(room.clock.now() / 1000))
  const { verifier } = room.open(map)
  return verifier
    .verify(token ?? (await room.sign(by, { ...claims }, header)))
    .then(() => 'admitted')
    .catch((error: unknown) => (error instanceof AdmissionError ? error.code : `${error}`))
}

/** As it would be if somebody took the public key for a secret. */
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const unsigned = (header: object, now: number) =>
  `${encode(header)}.${encode({ iss: ISSUER, aud: 'urn:latchkey:home', sub: 'robin', client_id: 'phone', exp: now + 600 })}.`

test.for([
  { what: 'a right one', make: () => ({}), becomes: 'admitted' },
  {
    what: 'for several audiences',
    make: () => ({ claims: { aud: ['other', 'urn:latchkey:home'] } }),
    becomes: 'admitted',
  },
  { what: 'for somebody else', make: () => ({ claims: { aud: 'other' } }), becomes: 'not_ours' },
  { what: 'by another issuer', make: () => ({ claims: { iss: 'https://id.example' } }), becomes: 'not_ours' },
  { what: 'by its issuer with a slash', make: () => ({ claims: { iss: `${ISSUER}/` } }), becomes: 'not_ours' },
  { what: 'by a key of the same name', make: () => ({ by: stranger }), becomes: 'bad_signature' },
  { what: 'by a key of another name', make: () => ({ header: { kid: 'k2' } }), becomes: 'bad_signature' },
  { what: 'without the name of its key', make: () => ({ header: { kid: undefined } }), becomes: 'admitted' },
  { what: 'that has ended', make: (now: number) => ({ claims: { exp: now - 1 } }), becomes: 'token_expired' },
  { what: 'that never ends', make: () => ({ claims: { exp: undefined } }), becomes: 'not_ours' },
  { what: 'that begins in a moment', make: (now: number) => ({ claims: { nbf: now + 5 } }), becomes: 'admitted' },
  { what: 'that begins later', make: (now: number) => ({ claims: { nbf: now + 60 } }), becomes: 'not_ours' },
  { what: 'of no type', make: () => ({ header: { typ: undefined } }), becomes: 'not_ours' },
  { what: 'of the type of any JWT', make: () => ({ header: { typ: 'JWT' } }), becomes: 'not_ours' },
  { what: 'of the long type', make: () => ({ header: { typ: 'application/at+jwt' } }), becomes: 'admitted' },
  {
    what: 'of any type, where the map says so',
    make: () => ({ header: { typ: 'JWT' }, map: { typ: 'any' } }),
    becomes: 'admitted',
  },
  {
    what: 'for sign-out, of its own type',
    make: () => ({ header: { typ: 'logout+jwt' }, map: { typ: 'any' } }),
    becomes: 'not_ours',
  },
  {
    what: 'for sign-out',
    make: () => ({ header: { typ: 'JWT' }, claims: { events: {} }, map: { typ: 'any' } }),
    becomes: 'not_ours',
  },
  {
    what: 'of identity',
    make: () => ({ header: { typ: 'JWT' }, claims: { at_hash: 'x' }, map: { typ: 'any' } }),
    becomes: 'not_ours',
  },
  {
    what: 'of identity, as Keycloak says it',
    make: () => ({ header: { typ: 'JWT' }, claims: { typ: 'ID' }, map: { typ: 'any' } }),
    becomes: 'not_ours',
  },
  {
    what: 'for access, as Keycloak says it',
    make: () => ({ header: { typ: 'JWT' }, claims: { typ: 'Bearer', nonce: 'n' }, map: { typ: 'any' } }),
    becomes: 'admitted',
  },
  {
    what: 'that nobody signed',
    make: (now: number) => ({ token: unsigned({ alg: 'none', typ: 'at+jwt' }, now) }),
    becomes: 'bad_signature',
  },
  {
    what: 'by a shared secret',
    make: (now: number) => ({ token: `${unsigned({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' }, now)}c2ln` }),
    becomes: 'bad_signature',
  },
  { what: 'that is none', make: () => ({ token: 'lk_something' }), becomes: 'malformed' },
  { what: 'of ten thousand letters', make: () => ({ token: 'a'.repeat(10_000) }), becomes: 'too_large' },
])('a token $what: $becomes', async ({ make, becomes }) => {
  const room = createForeignKeys()
  room.publish(key)
  expect(await judge(room, make)).toBe(becomes)
})

test.for(['RS256', 'PS256', 'EdDSA'])('%s is understood', async (alg) => {
  const room = createForeignKeys()
  const other = await createKey('other', alg)
  room.publish(key, other)
  expect(await judge(room, () => ({ by: other }))).toBe('admitted')
})

test('what does not claim to be by the issuer asks it nothing', async () => {
  const room = createForeignKeys()
  expect(await judge(room, () => ({ claims: { iss: 'https://mallory.example' } }))).toBe('not_ours')
  expect(await judge(room, () => ({ token: 'a.b.c' }))).toBe('malformed')
  expect(room.asked).toEqual([])
})
