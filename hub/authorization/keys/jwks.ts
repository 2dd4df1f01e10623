// The key set as the ring has it now (RFC 7517 §5), which is more than the provider was made with and less than it verifies by; and how
// long it may be kept, on which the overlap of a rotation rests.
import type Provider from 'oidc-provider'
import { JWKS_MAX_AGE } from './key-ring.ts'
import type { Keys } from './keys.ts'

export function serveKeys(provider: Provider, keys: Keys): void {
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.oidc?.route !== 'jwks') return
    ctx.set('cache-control', `public, max-age=${JWKS_MAX_AGE / 1000}`)
    ctx.body = keys.published
  })
}
