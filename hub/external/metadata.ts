// The metadata of another server (OpenID Connect Discovery 1.0 §4, RFC 8414 §3), as far as the hub needs it.
import * as v from 'valibot'
import { decodeJson } from '#contract/parse.ts'
import { isLoopbackHost } from '#contract/settings.ts'
import type { GetDocument } from './http.ts'

export interface Metadata {
  /** Where its keys are. */
  readonly keys: URL
  /** What the phone page speaks to besides the issuer itself. */
  readonly origins: readonly string[]
}

/** The server calls itself otherwise than it is called here (RFC 8414 §3.3): nothing that it says is believed. */
export class OtherIssuer extends Error {
  override readonly name = 'OtherIssuer'
}

const address = v.pipe(
  v.string(),
  v.maxLength(2048),
  v.check((text) => URL.canParse(text), 'it must be a URL'),
  v.transform((text) => new URL(text)),
)

const document = v.object({
  issuer: v.pipe(v.string(), v.maxLength(2048)),
  jwks_uri: address,
  token_endpoint: v.optional(address),
})

/** Both places, OpenID Connect's first: there the path of an issuer comes before `.well-known`, in RFC 8414 after it. */
export function metadataUrls(issuer: string): readonly [URL, URL] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    new URL(`${origin}${path}/.well-known/openid-configuration`),
    new URL(`${origin}/.well-known/oauth-authorization-server${path}`),
  ]
}

/** Rejects with `OtherIssuer` for a server of another name, and with any other error when there is no metadata to be had. */
export async function getMetadata(issuer: string, get: GetDocument): Promise<Metadata> {
  const [openId, oauth] = metadataUrls(issuer)
  const text = (await get(openId)) ?? (await get(oauth))
  if (text === undefined) throw new Error(`${openId.href}: it answers with 404, and so does ${oauth.pathname}`)
  const read = decodeJson(document, text, `the metadata of ${issuer}`)
  // "MUST be identical": to the letter, as it will be in each token.
  if (read.issuer !== issuer) {
    throw new OtherIssuer(`it calls itself ${JSON.stringify(read.issuer.slice(0, 200))}: name it as it names itself`)
  }
  const { jwks_uri: keys, token_endpoint: token = keys } = read
  // In clear on this machine only, and only where the issuer itself is.
  const isClear = new URL(issuer).protocol === 'http:'
  for (const { protocol, hostname, href } of [keys, token]) {
    if (protocol === 'https:' || (protocol === 'http:' && isClear && isLoopbackHost(hostname))) continue
    throw new Error(`the metadata of ${issuer} must name addresses by https: got ${href.slice(0, 200)}`)
  }
  const origins = [new URL(issuer).origin, token.origin]
  return { keys, origins: [...new Set(origins)] }
}
