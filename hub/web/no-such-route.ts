// What the API answers where no route did: there is no such path, or the path has other methods.
import type { Handler, Hono } from 'hono'
import type { Asked } from './bearer.ts'
import { problem } from './problem.ts'

/** For the end of `api`, which is reached below `/api`. `detail` is what is said of a path that is none. */
export const noSuchRoute =
  (api: Hono<Asked>, detail: string): Handler<Asked> =>
  (c) => {
    const path = c.req.path.replace(/^\/api/, '')
    const methods = api.routes.filter((route) => route.method !== 'ALL' && matches(route.path, path))
    if (methods.length === 0) return problem(c, 404, detail)
    const allowed = [...new Set(methods.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))]
    // RFC 9110 §15.5.6.
    c.header('allow', allowed.join(', '))
    return problem(c, 405, `This path takes ${allowed.join(', ')}`)
  }

/** A route's path and one that is asked for, part by part. */
function matches(route: string, path: string): boolean {
  const [parts, asked] = [route.split('/'), path.split('/')]
  return (
    parts.length === asked.length &&
    parts.every((part, at) => part === asked[at] || (part.startsWith(':') && asked[at] !== ''))
  )
}
