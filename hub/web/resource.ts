// The household as a protected resource (RFC 9728): where the tokens come from that open its API and its broker.
import { Hono } from 'hono'
import type { Requests } from '../authorization/pages/requests.ts'

export const RESOURCE_PATH = '/.well-known/oauth-protected-resource'

export interface ResourceFacts {
  readonly publicUrl: URL
  /** The authorization server, as it writes itself. */
  readonly issuer: string
  /** By its own names. */
  readonly scopes: readonly string[]
}

export function describeResource({ publicUrl, issuer, scopes }: ResourceFacts): Hono<Requests> {
  const metadata = {
    resource: publicUrl.origin,
    resource_name: 'Latchkey',
    authorization_servers: [issuer],
    scopes_supported: scopes,
    // RFC 6750 §2.1 alone: a token in an address ends up in logs.
    bearer_methods_supported: ['header'],
  }
  // Programs in browsers read it too, and it is no secret.
  return new Hono<Requests>().get(RESOURCE_PATH, (c) => c.json(metadata, 200, { 'access-control-allow-origin': '*' }))
}
