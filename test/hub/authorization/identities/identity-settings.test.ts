// The file that says where people may have an account already.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UsageError } from '#contract/settings.ts'
import { readIdentityProviders } from '../../../../hub/authorization/identities/settings.ts'
import { readHubConfig, readHubSettings } from '../../../../hub/config.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  writeFileSync(join(folder, 'secret'), 'a secret\n', { mode: 0o600 })
})
afterEach(() => rmSync(folder, { recursive: true }))

const GOOGLE = { id: 'google', name: 'Google', issuer: 'https://accounts.google.com', clientId: 'the-house' }
const read = (text: string) => {
  const file = join(folder, 'providers.yaml')
  writeFileSync(file, text)
  return readIdentityProviders(file, 'LATCHKEY_SIGN_IN (--sign-in)')
}

test('is YAML or JSON, and names the secrets’ files beside it', () => {
  const yaml = `
- id: google
  name: Google
  issuer: https://accounts.google.com
  clientId: the-house
  clientSecretFile: secret
  confirms: false
- id: keycloak
  name: Work
  issuer: https://id.example/realms/home
  clientId: the-house
  clientSecretFile: ${join(folder, 'secret')}
  tokenEndpointAuth: client_secret_post
  scopes: [profile, email]
`
  const [google, keycloak] = read(yaml)
  expect(google).toMatchObject({
    ...{ id: 'google', issuer: new URL(GOOGLE.issuer), clientSecret: 'a secret', confirms: false },
    ...{ tokenEndpointAuth: 'client_secret_basic', scopes: ['openid', 'profile'] },
  })
  expect(keycloak).toMatchObject({ tokenEndpointAuth: 'client_secret_post', scopes: ['openid', 'profile', 'email'] })
  expect(read(JSON.stringify([GOOGLE]))).toMatchObject([{ tokenEndpointAuth: 'none', clientSecret: undefined }])
  const file = join(folder, 'providers.yaml')
  const settings = readHubSettings(['--sign-in', file], {})
  expect(readHubConfig(settings).identityProviders).toMatchObject([{ id: 'google', confirms: true }])
  expect(readHubConfig(readHubSettings([], {})).identityProviders).toEqual([])
  const both = readHubSettings(['--sign-in', file, '--issuer', 'https://id.example'], {})
  expect(() => readHubConfig(both)).toThrow('as people sign in at the other server: got both')
})

test.for<readonly [unknown, string]>([
  [[], 'there is none in it'],
  [{}, 'must be an array: got an object'],
  [[{ ...GOOGLE, id: 'My Google' }], '"0.id" as it is refused: it is made of small letters'],
  [[{ ...GOOGLE, id: '1st' }], 'and begins with a letter'],
  [[{ ...GOOGLE, id: undefined }], 'at "0.id" as it must be there'],
  [[{ ...GOOGLE, name: '' }], 'at "0.name"'],
  [
    [{ ...GOOGLE, issuer: 'http://accounts.google.com' }],
    'at "0.issuer" as it is refused: it is a URL that begins with',
  ],
  [[{ ...GOOGLE, issuer: 'https://me:pass@id.example' }], 'at "0.issuer"'],
  [[{ ...GOOGLE, issuer: 'accounts.google.com' }], 'at "0.issuer"'],
  [[{ ...GOOGLE, clientSecret: 'hunter2' }], 'a secret has a file of its own: clientSecretFile'],
  [[{ ...GOOGLE, secret: 'hunter2' }], 'at "0.secret" as it must not be there: no such key is known'],
  [[{ ...GOOGLE, scopes: ['a b'] }], 'at "0.scopes.0"'],
  [[{ ...GOOGLE, tokenEndpointAuth: 'private_key_jwt' }], 'at "0.tokenEndpointAuth"'],
  [[{ ...GOOGLE, tokenEndpointAuth: 'client_secret_post' }], 'clientSecretFile of "google"'],
  [
    [{ ...GOOGLE, clientSecretFile: 'nowhere' }],
    'clientSecretFile of "google" as it must name a file that can be read',
  ],
  [[GOOGLE, { ...GOOGLE, issuer: 'https://id.example' }], 'each has id of its own: got google twice'],
  [[GOOGLE, { ...GOOGLE, id: 'other' }], 'each has issuer of its own'],
])('%j is refused, and the place named', ([input, place]) => {
  const act = () => read(JSON.stringify(input))
  expect(act).toThrow(UsageError)
  expect(act).toThrow('LATCHKEY_SIGN_IN (--sign-in)')
  expect(act).toThrow(place)
  expect(act).not.toThrow('hunter2')
})

test('a file that is none, one that is no YAML, and a secret that others may read are refused', () => {
  expect(() => readIdentityProviders(join(folder, 'nowhere'), 'LATCHKEY_SIGN_IN')).toThrow('must name a file')
  expect(() => read('- id: "google')).toThrow(
    'LATCHKEY_SIGN_IN (--sign-in) at line 1 as it must be YAML or JSON: got missing char',
  )
  chmodSync(join(folder, 'secret'), 0o644)
  expect(() => read(JSON.stringify([{ ...GOOGLE, clientSecretFile: 'secret' }]))).toThrow('chmod 600')
})
