// Where the people of the household may have an account already: a file that says it, read once, at start.
import { dirname, resolve } from 'node:path'
import * as v from 'valibot'
import { decode } from '#contract/parse.ts'
import { isLoopbackHost, readSecret, UsageError } from '#contract/settings.ts'
import { readYamlFile } from '../../yaml-file.ts'

/** An OpenID provider that this hub was registered with. */
export interface IdentityProviderSettings {
  /** Names it in addresses and in the audit; part of the redirect URI that was registered there. */
  readonly id: string
  /** What people call it. */
  readonly name: string
  readonly issuer: URL
  readonly clientId: string
  /** Undefined: a public client. */
  readonly clientSecret: string | undefined
  readonly tokenEndpointAuth: 'client_secret_basic' | 'client_secret_post' | 'none'
  readonly scopes: readonly string[]
  /** Whether it asks again for a proof when it is told to (`prompt=login`); Google does not. */
  readonly confirms: boolean
}

/** A household has a few; each is a button. */
const MOST = 12
const LARGEST = 64 * 1024

const words = (most: number) =>
  v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(most), v.regex(/^\P{C}*$/u, 'it is one line of text'))
const issuer = v.pipe(
  v.string(),
  v.check(isIssuer, 'it is a URL that begins with https (http on this machine only) and has no query or fragment'),
  v.transform((text) => new URL(text)),
)
const scope = v.pipe(v.string(), v.regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a scope has no spaces'))
const entry = v.strictObject({
  id: v.pipe(
    v.string(),
    v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'it is made of small letters, digits and dashes, and begins with a letter'),
  ),
  name: words(40),
  issuer,
  clientId: words(256),
  clientSecretFile: v.optional(words(4096)),
  clientSecret: v.optional(
    v.pipe(
      v.unknown(),
      v.check(() => false, 'a secret has a file of its own: clientSecretFile'),
    ),
  ),
  tokenEndpointAuth: v.optional(v.picklist(['client_secret_basic', 'client_secret_post', 'none'])),
  scopes: v.optional(v.pipe(v.array(scope), v.maxLength(20)), ['openid', 'profile']),
  confirms: v.optional(v.boolean(), true),
})
const list = v.pipe(
  v.array(entry),
  v.minLength(1, 'there is none in it'),
  v.maxLength(MOST, `there are ${MOST} at most`),
)

/** Reads the file, YAML or JSON, and the secrets that it names. Throws a `UsageError` that names `setting` and the place in the file. */
export function readIdentityProviders(file: string, setting: string): readonly IdentityProviderSettings[] {
  const entries = readYamlFile(file, { setting, largest: LARGEST, mostAliases: 10 }, (input) =>
    decode(list, input, setting),
  )
  for (const key of ['id', 'issuer'] as const) {
    const values = entries.map((each) => String(each[key]))
    const twice = values.find((value, at) => values.indexOf(value) !== at)
    // By its issuer an identity is told from others, whoever brought it.
    if (twice !== undefined)
      throw new UsageError(`Cannot use ${setting} as each has ${key} of its own: got ${twice} twice`)
  }
  return entries.map(({ clientSecretFile, tokenEndpointAuth, scopes, id, name, clientId, confirms, issuer: url }) => {
    const place = `${setting}, clientSecretFile of "${id}"`
    const clientSecret =
      clientSecretFile === undefined ? undefined : readSecret(resolve(dirname(file), clientSecretFile), place)
    const method = tokenEndpointAuth ?? (clientSecret === undefined ? 'none' : 'client_secret_basic')
    if ((method === 'none') !== (clientSecret === undefined)) {
      throw new UsageError(
        `Cannot use ${place} as it goes with tokenEndpointAuth client_secret_basic or client_secret_post, and with them only: got ${method}`,
      )
    }
    const wanted = scopes.includes('openid') ? scopes : ['openid', ...scopes]
    return { id, name, issuer: url, clientId, clientSecret, tokenEndpointAuth: method, scopes: wanted, confirms }
  })
}

function isIssuer(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '')
    return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
}
