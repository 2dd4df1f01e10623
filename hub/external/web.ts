// Everything the hub answers over HTTP where another server says who comes in.
import type { RequestListener } from 'node:http'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { pageFiles } from '../authorization/pages/files.ts'
import { isForPerson, REFUSAL_HEADERS, refusalPage } from '../authorization/pages/refusal.ts'
import type { Requests } from '../authorization/pages/requests.ts'
import type { Admission } from '../broker/admission.ts'
import type { Interior } from '../door/door.ts'
import { problem } from '../web/problem.ts'
import { serve } from '../web/serve.ts'
import { createExternalApi } from './api.ts'
import type { ExternalConfig } from './config.ts'

/** Where a hub that lets people in itself has something. */
const OWN_PATHS = [
  ...['/oauth/*', '/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
  ...['/setup', '/sign-in/*', '/sign-out', '/confirm/*', '/passkey/*', '/interaction/*', '/pair/*'],
  ...['/account/*', '/people/*', '/programs/*', '/invitation/*'],
]

export function createExternalWeb(
  options: Interior & {
    readonly config: ExternalConfig
    readonly admission: Admission
    /** What the page speaks to in order to sign in. */
    readonly origins: () => readonly string[]
    readonly log: Logger
  },
): RequestListener {
  const { config, admission, origins, broker, feed, host, page, isReady, log } = options
  const { issuer, map } = config
  const { publicUrl } = host
  const elsewhere = new Hono<Requests>()
  const refusal = refusalPage({
    title: 'This is done elsewhere',
    says: `Who comes into this home is said at ${issuer}. Your account is there, and there you let devices and programs in.`,
  })
  for (const path of OWN_PATHS) {
    elsewhere.all(path, (c) =>
      isForPerson(c.req.header('accept'))
        ? c.html(refusal, 404, REFUSAL_HEADERS)
        : problem(c, 404, `Here ${issuer} says who comes in: sign in, pair and register there`),
    )
  }
  return serve({
    ...{ host, page, isReady, log },
    resource: { publicUrl, issuer, scopes: [...map.scopes.keys()] },
    routes: [
      createExternalApi({ config, admission, feed, forget: broker.forgetDevice, publicUrl }),
      elsewhere,
      pageFiles(),
    ],
    connectsTo: origins,
  })
}
