// The library answers a wrong method as if there were nothing: whoever opens the token endpoint in a browser shall read that it is there.
import type Provider from 'oidc-provider'
import { routePath } from './route-path.ts'

const READS = ['GET', 'HEAD']
const TAKES: readonly (readonly [path: RegExp, methods: readonly string[]])[] = [
  [/^\/oauth\/(token|device_authorization|par|introspect|revoke|end-session\/confirm)$/, ['POST']],
  [/^\/oauth\/register$/, ['POST']],
  [/^\/oauth\/register\/[^/]+$/, [...READS, 'PUT', 'DELETE']],
  [/^\/oauth\/(authorize(\/[^/]+)?|end-session(\/success)?|jwks)$/, READS],
  [/^\/oauth\/userinfo$/, [...READS, 'POST']],
  [/^\/\.well-known\/(openid-configuration|oauth-authorization-server)$/, READS],
]

/** RFC 9110 §15.5.6, in the words of RFC 6749 §5.2. */
export function refuseWrongMethods(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.status !== 404 || ctx.body !== undefined) return
    const [, methods] = TAKES.find(([known]) => known.test(routePath(ctx.path))) ?? []
    if (methods === undefined || methods.includes(ctx.method)) return
    ctx.set('allow', methods.join(', '))
    ctx.body = { error: 'invalid_request', error_description: `this endpoint takes ${methods.join(', ')}` }
    ctx.status = 405
  })
}
