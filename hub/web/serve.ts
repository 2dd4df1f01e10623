// What is the same over HTTP whoever says who comes in: the phone page, whose tokens are taken here (RFC 9728), health, and one front.
import type { RequestListener } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { isForPerson, noSuchPage, REFUSAL_HEADERS, refusalPage } from '../authorization/pages/refusal.ts'
import type { Requests } from '../authorization/pages/requests.ts'
import { createFront } from './front.ts'
import type { HostPolicy } from './host.ts'
import { problem } from './problem.ts'
import { describeResource, type ResourceFacts } from './resource.ts'
import { servePage } from './static.ts'

export function serve(options: {
  readonly host: HostPolicy
  /** Folder of the built phone page. */
  readonly page: string
  readonly resource: ResourceFacts
  /** The API, and pages besides the phone's; the first that has a path answers. */
  readonly routes: readonly Hono<Requests>[]
  /** Answers below `/oauth/` and `/.well-known/`; undefined where the routes do. */
  readonly provider?: RequestListener
  /** What the page speaks to besides the hub; as it is at that moment. */
  readonly connectsTo?: () => readonly string[]
  readonly isReady: () => boolean
  readonly log: Logger
}): RequestListener {
  const { host, page, resource, routes, provider, connectsTo, isReady, log } = options
  const app = new Hono<Requests>()
  app.route('/', describeResource(resource))
  for (const each of routes) app.route('/', each)
  app.route('/', servePage(page))
  app.notFound((c) =>
    isForPerson(c.req.header('accept'))
      ? c.html(noSuchPage, 404, REFUSAL_HEADERS)
      : c.text('There is no such page\n', 404),
  )
  app.onError((err, c) => {
    log.error({ err, method: c.req.method, path: c.req.path }, 'request failed')
    if (isForPerson(c.req.header('accept')) && !c.req.path.startsWith('/api/'))
      return c.html(failed, 500, REFUSAL_HEADERS)
    return problem(c, 500, 'Something went wrong; the log of the hub says what')
  })

  return createFront({
    ...{ host, provider, connectsTo },
    app: getRequestListener(app.fetch),
    health(path) {
      if (path === '/healthz') return { status: 200, body: { status: 'alive' } }
      if (path !== '/readyz') return undefined
      return isReady() ? { status: 200, body: { status: 'ready' } } : { status: 503, body: { status: 'starting' } }
    },
  })
}

const failed = refusalPage({
  title: 'Something went wrong',
  says: 'The log of the hub says what. Please go back and try once more.',
})
