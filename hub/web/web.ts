// Everything the hub answers over HTTP, behind one front.
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Authorization } from '../authorization/authorization.ts'
import type { Requests } from '../authorization/pages/requests.ts'
import type { Admission } from '../broker/admission.ts'
import { createApi } from './api.ts'
import { createFront } from './front.ts'
import type { HostPolicy } from './host.ts'
import { problem } from './problem.ts'
import { servePage } from './static.ts'

export function createWeb(options: {
  readonly authorization: Authorization
  readonly admission: Admission
  readonly host: HostPolicy
  /** Folder of the built phone page. */
  readonly page: string
  readonly unpair: (id: string) => Promise<boolean>
  /** Whether a program is connected to the broker with this app password. */
  readonly isConnected: (appPassword: string) => boolean
  readonly isReady: () => boolean
  readonly clock: Clock
  readonly log: Logger
}): RequestListener {
  const { authorization, admission, host, page, unpair, isConnected, isReady, clock, log } = options
  const { accounts, people, invitations, devices, appPasswords, apps, registrationTokens, audit } = authorization
  const { pages, provider } = authorization
  const app = new Hono<Requests>()
  const { publicUrl } = host
  app.route(
    '/',
    createApi({
      ...{ admission, accounts, people, invitations, devices, appPasswords, apps, registrationTokens, audit },
      ...{ isConnected, unpair, removeApp: authorization.removeApp, publicUrl, clock },
    }),
  )
  app.route('/', pages)
  app.route('/', servePage(page))
  app.notFound((c) => c.text('There is no such page\n', 404))
  app.onError((err, c) => {
    log.error({ err, method: c.req.method, path: c.req.path }, 'request failed')
    return problem(c, 500, 'Something went wrong; the log of the hub says what')
  })

  return createFront({
    host,
    provider: provider.callback(),
    app: getRequestListener(app.fetch),
    health(path) {
      if (path === '/healthz') return { status: 200, body: { status: 'alive' } }
      if (path !== '/readyz') return undefined
      return isReady() ? { status: 200, body: { status: 'ready' } } : { status: 503, body: { status: 'starting' } }
    },
  })
}
