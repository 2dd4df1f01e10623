import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHubConfig, readHubSettings } from '../../../hub/config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-map-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const config = (args: readonly string[]) => readHubConfig(readHubSettings(args, {}))
const ISSUER = ['--issuer', 'https://id.example/realms/home']
const withMap = (text: string) => {
  const file = join(folder, 'map.yaml')
  writeFileSync(file, text)
  return config([...ISSUER, '--issuer-map', file])
}

test('without an issuer the hub says itself who comes in', () => {
  expect(config([]).external).toBeUndefined()
})

test('an issuer alone: its tokens are for the house and speak of scopes as the hub does', () => {
  const { external } = config(ISSUER)
  expect(external).toMatchObject({ issuer: 'https://id.example/realms/home', audience: 'urn:latchkey:home' })
  expect(external?.map.scopes.get('climate:control')).toEqual(['climate:control'])
  expect(external?.map.scopes.has('device')).toBe(false)
})

test('the map is YAML or JSON', () => {
  const yaml = withMap(`
scopes:
  house-read: home:read
  house-all: [home:read, climate:control]
clients:
  hall-heating: thermostat-hall01
roles:
  claim: realm_access.roles
  values: { parent: owner, child: guest }
typ: any
`).external?.map
  expect(yaml?.scopes.get('house-all')).toEqual(['home:read', 'climate:control'])
  expect(yaml?.clients.get('hall-heating')).toBe('thermostat-hall01')
  expect(yaml?.roles?.values.get('child')).toBe('guest')
  expect(withMap('{"scopes":{"house-read":"home:read"},"scopeClaim":"permissions"}').external?.map).toMatchObject({
    ...{ scopeClaims: ['permissions'], typ: 'at+jwt' },
  })
})

test('the maps in the documentation are right', () => {
  const text = readFileSync(new URL('../../../docs/issuer.md', import.meta.url), 'utf8')
  const maps = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, map = '']) => withMap(map).external?.map)
  expect(maps).toHaveLength(2)
  expect(maps[0]?.clients.get('front-door')).toBe('security-door01')
  expect(maps[1]?.scopes.get('climate:control')).toEqual(['climate:control'])
  expect(maps[1]?.roles?.claim).toBe('https://home.example/roles')
})

const MAP = 'LATCHKEY_ISSUER_MAP (--issuer-map)'

test.for([
  {
    map: 'clients: { hall: thermostat-hall }',
    says: `${MAP} at "clients.hall" as it is refused: it must be a device id`,
  },
  { map: 'clients: { a: toaster-aaaaaa, b: toaster-aaaaaa }', says: 'no two clients are one device' },
  { map: 'scopes: { all: everything }', says: 'it must be one of home:read' },
  // Who is a device is said by name.
  { map: 'scopes: { all: device }', says: 'it must be one of home:read' },
  { map: 'roles: { claim: role, values: { boss: king } }', says: 'it must be one of owner, member, guest' },
  {
    map: 'scope: {}',
    says: 'Cannot read LATCHKEY_ISSUER_MAP (--issuer-map) at "scope" as it is refused: there is no such setting',
  },
  { map: 'typ: jwt', says: 'at "typ"' },
  { map: 'typ: *any', says: `Cannot use ${MAP} as each alias must be of an anchor before it` },
  {
    map: `scopes: { a: &all [${'home:read, '.repeat(9)}home:read], b: [${'*all, '.repeat(101)}] }`,
    says: 'there are 100 at most: got another, or more',
  },
  { map: 'a: [', says: `Cannot use ${MAP} at line 1 as it must be YAML or JSON: got ` },
  { map: '- 1', says: 'at "0" as it is refused: there is no such setting' },
])('$map is refused in one line', ({ map, says }) => {
  expect(() => withMap(map)).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(says) }),
  )
  expect(() => withMap(map)).not.toThrow(/\n/)
})

test.for([
  {
    args: ['--audience', 'a'],
    says: 'Cannot use LATCHKEY_AUDIENCE (--audience) as it needs LATCHKEY_ISSUER (--issuer)',
  },
  { args: ['--issuer-map', 'a'], says: `Cannot use ${MAP} as it needs LATCHKEY_ISSUER (--issuer): got none` },
  { args: ['--page-client-id', 'a'], says: 'Cannot use LATCHKEY_PAGE_CLIENT_ID (--page-client-id) as it needs' },
  { args: ['--issuer', 'http://id.example'], says: 'Cannot use LATCHKEY_ISSUER (--issuer) as' },
  { args: ['--issuer', 'id.example'], says: 'Cannot use LATCHKEY_ISSUER (--issuer) as it must be a URL' },
  { args: ['--issuer', 'https://id.example/?a=b'], says: 'neither user, query nor fragment' },
  { args: [...ISSUER, '--issuer-map', '/nowhere'], says: `Cannot use ${MAP} as it must name` },
  { args: [...ISSUER, '--legacy-flows', 'password'], says: 'Cannot use LATCHKEY_LEGACY_FLOWS (--legacy-flows) and' },
])('$args is refused in one line', ({ args, says }) => {
  expect(() => config(args)).toThrow(
    expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(says) }),
  )
})
