import { expect, test } from 'vitest'
import { translateClaims } from '../../../hub/external/claims.ts'
import { parseIssuerMap } from '../../../hub/external/issuer-map.ts'

const MAP = {
  scopes: { 'house:see': 'home:read', 'house:heat': ['home:read', 'climate:control'], 'house:run': 'home:admin' },
  clients: { 'hall-heating': 'thermostat-hall01' },
}
const translate = (claims: object, map: object = MAP) =>
  translateClaims(
    { iss: 'https://id.example', sub: 'robin', exp: 2e9, azp: 'phone', ...claims },
    { issuer: 'https://id.example', audience: 'home', map: parseIssuerMap(map, 'the map'), pageClientId: undefined },
  )

test.for([
  { what: 'a text', claims: { scope: 'openid house:see unknown' }, scope: 'home:read' },
  {
    what: 'one scope that is several here',
    claims: { scope: 'house:heat house:see' },
    scope: 'home:read climate:control',
  },
  { what: 'a list, as Okta writes it', claims: { scp: ['house:see', 7] }, scope: 'home:read' },
  { what: 'permissions, as Auth0 writes them', claims: { permissions: ['house:see'] }, scope: 'home:read' },
  { what: 'the first claim that is there', claims: { scope: 'openid', permissions: ['house:see'] }, scope: '' },
  { what: 'our own names, which mean nothing there', claims: { scope: 'home:admin device' }, scope: '' },
  { what: 'none', claims: {}, scope: '' },
])('scopes from $what', ({ claims, scope }) => {
  expect(translate(claims).scope).toBe(scope)
})

test('the claim that is named, and no other', () => {
  const map = { ...MAP, scopeClaim: 'permissions' }
  expect(translate({ scope: 'house:run', permissions: ['house:see'] }, map).scope).toBe('home:read')
})

test.for([
  { what: 'RFC 9068', claims: { client_id: 'hall-heating', azp: undefined, sub: 'hall-heating' } },
  { what: 'Keycloak and Auth0', claims: { azp: 'hall-heating' } },
  { what: 'Okta', claims: { azp: undefined, cid: 'hall-heating' } },
  { what: 'a person who let it in', claims: { azp: 'hall-heating', sub: 'robin', scope: 'house:run' } },
])('a client that is a device is that device and nothing more: $what', ({ claims }) => {
  expect(translate(claims)).toMatchObject({ client_id: 'thermostat-hall01', scope: 'device' })
  expect(translate(claims)).not.toHaveProperty('role')
})

test.for([
  { what: 'RFC 9068', claims: { client_id: 'node-red', azp: undefined, sub: 'node-red' } },
  { what: 'Auth0', claims: { azp: 'node-red', sub: 'node-red@clients', gty: 'client-credentials' } },
  {
    what: 'Keycloak',
    claims: { azp: 'node-red', client_id: 'node-red', sub: 'f4-a1', preferred_username: 'service-account-node-red' },
  },
])('another client that came for itself is a service: $what', ({ claims }) => {
  expect(translate({ ...claims, scope: 'house:see' })).toMatchObject({ sub: 'node-red', client_id: 'node-red' })
  expect(translate(claims)).not.toHaveProperty('role')
})

test('a person who calls themselves as a service account does is a person', () => {
  const claims = { azp: 'phone', sub: 'f4-a1', preferred_username: 'service-account-phone' }
  expect(translate(claims)).toMatchObject({ sub: 'f4-a1', role: 'owner' })
})

test.for([
  {
    what: 'a list in a list, as Keycloak writes it',
    claim: 'realm_access.roles',
    claims: { realm_access: { roles: ['x', 'child'] } },
    role: 'guest',
  },
  {
    what: 'a URL, as Auth0 wants it',
    claim: 'https://home.example/roles',
    claims: { 'https://home.example/roles': ['parent'] },
    role: 'owner',
  },
  { what: 'a text with a space', claim: 'role', claims: { role: 'grown up' }, role: 'member' },
  { what: 'the highest of several', claim: 'role', claims: { role: ['child', 'parent'] }, role: 'owner' },
  { what: 'none that is known', claim: 'role', claims: { role: ['stranger'] }, role: undefined },
  { what: 'no such claim', claim: 'a.b.c', claims: { a: { b: null } }, role: undefined },
  { what: 'what every object has', claim: 'constructor.name', claims: {}, role: undefined },
])('a role from $what', ({ claim, claims, role }) => {
  const map = {
    ...MAP,
    roles: { claim, values: { parent: 'owner', child: 'guest', 'grown up': 'member', Object: 'owner' } },
  }
  expect(translate(claims, map).role).toBe(role)
})

test.for([
  { what: 'nobody', claims: { sub: undefined } },
  { what: 'no client', claims: { azp: undefined } },
  { what: 'a name that no log should hold', claims: { sub: 'a\nb' } },
  { what: 'half a letter', claims: { sub: '\ud800' } },
  { what: 'a name without end', claims: { azp: 'x'.repeat(300) } },
  { what: 'a binding that cannot be checked here', claims: { cnf: { 'x5t#S256': 'abc' } } },
])('$what is refused', ({ claims }) => {
  expect(() => translate(claims)).toThrow(expect.objectContaining({ code: 'malformed' }))
})

test('a binding to a key is passed on', () => {
  expect(translate({ cnf: { jkt: 'abc' } }).cnf).toEqual({ jkt: 'abc' })
})
