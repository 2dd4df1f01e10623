// The one door for HTTP: pins the host, sets security headers, refuses forged forms, and passes on.
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { STYLE_SHEET } from '../authorization/pages/files.ts'
import { isForPerson, REFUSAL_HEADERS, type Refusal, refusalPage } from '../authorization/pages/refusal.ts'
import { BROWSERS } from '../authorization/strangers.ts'
import { setSecurityHeaders } from './headers.ts'
import { clientAddress, type HostPolicy, judgeHost, pinHost } from './host.ts'
import { RESOURCE_PATH } from './resource.ts'

export interface Front {
  readonly host: HostPolicy
  /** oidc-provider: everything below `/oauth/` and `/.well-known/` that is not the hub's own. */
  readonly provider?: RequestListener | undefined
  /** Pages, API and the phone page. */
  readonly app: RequestListener
  /** Origins that the page speaks to besides ours. */
  readonly connectsTo?: (() => readonly string[]) | undefined
  /** Probes come by address, not by name. */
  readonly health: (path: string) => { readonly status: number; readonly body: object } | undefined
}

export function createFront({ host, provider, app, connectsTo, health }: Front): RequestListener {
  return (request, response) => {
    setSecurityHeaders(response, host.publicUrl, connectsTo?.())
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'

    const report = health(path)
    if (report !== undefined) return answerJson(response, report.status, report.body)

    const verdict = judgeHost(request.headers.host, host)
    const reads = request.method === 'GET' || request.method === 'HEAD'
    const isProtocol = path.startsWith('/oauth/') || path.startsWith('/.well-known/')
    if (verdict === 'foreign' && !(reads && path === STYLE_SHEET)) {
      const { origin, href } = host.publicUrl
      return refuse(request, response, {
        ...{ status: 421, text: `This is ${origin} and nothing else`, title: 'The home has another address' },
        ...{ says: `It is ${origin}, and answers to no other.`, goTo: { href, text: 'To the home' } },
      })
    }
    if (verdict === 'alias' && reads && !isProtocol && !path.startsWith('/api/')) {
      // `request.url` is a path: a browser cannot be sent anywhere but to us.
      response.writeHead(307, { location: new URL(ownPath(request.url), host.publicUrl).href }).end()
      return
    }
    if (!reads && !isProtocol && isForged(request, host.publicUrl)) {
      return refuse(request, response, {
        ...{ status: 403, text: 'This form was sent from another site', title: 'This came from another site' },
        says: 'A form of another site was sent to this home. Nothing was done. If it was you, do it on a page of the home.',
      })
    }
    if (reads && isPage(path) && isBuiltIn(request)) {
      return refuse(request, response, {
        ...{ status: 403, text: 'This is a page to go to, and no part of another', title: 'This is a page of its own' },
        says: 'Another site wants to show it as a part of itself. Please go to the home itself.',
      })
    }
    pinHost(request, host, clientAddress(request, host))
    if (isProtocol && path !== RESOURCE_PATH && provider !== undefined) provider(request, response)
    else app(request, response)
  }
}

/** `//elsewhere/path` would be read as another host. */
const ownPath = (url = '/'): string => `/${url.replace(/^[/\\]+/, '')}`

/** Cross-site request forgery: a browser says where a form comes from. What is no browser has no cookie to abuse. */
function isForged(request: IncomingMessage, publicUrl: URL): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers
  if (origin !== undefined && origin !== publicUrl.origin) return true
  return site !== undefined && site !== 'same-origin'
}

/** Where a browser is sent, or a person goes. The rest is for programs, some of them on pages of other sites. */
const isPage = (path: string): boolean =>
  BROWSERS.test(path) || !['/oauth/', '/.well-known/', '/api/'].some((begin) => path.startsWith(begin))

/**
 * Fetch Metadata §2: an image or a frame of another site sends no cookie and shows nothing, but each counts as a try of whoever looks at that
 * site: some hundred would keep them from signing in.
 */
const isBuiltIn = ({ headers }: IncomingMessage): boolean =>
  headers['sec-fetch-site'] === 'cross-site' && headers['sec-fetch-dest'] !== 'document'

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  about: Refusal & { readonly status: number; readonly text: string },
): void {
  const isPage = isForPerson(request.headers.accept)
  const type = isPage ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8'
  response
    .writeHead(about.status, { 'content-type': type, ...REFUSAL_HEADERS })
    .end(isPage ? refusalPage(about) : `${about.text}\n`)
}

function answerJson(response: ServerResponse, status: number, body: object): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    .end(JSON.stringify(body))
}
