// The one page that is served without TLS: it hands out the authority's certificate, and says how to check it. Static, no sign-in.

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Server } from 'node:net'
import { close, listen } from '../listen.ts'
import { setSecurityHeaders } from '../web/headers.ts'
import type { Address } from './addresses.ts'
import type { Authority } from './authority.ts'
import { mobileConfig } from './mobile-config.ts'
import { trustPage } from './trust-page.ts'

export interface TrustServer extends AsyncDisposable {
  /** Where phones find the page. */
  readonly url: URL
}

export async function startTrustServer(options: {
  readonly address: Address
  readonly authority: Authority
  readonly publicUrl: URL
  readonly bound: <S extends Server>(server: S) => S
}): Promise<TrustServer> {
  const { address, authority, publicUrl, bound } = options
  const css = readFileSync(new URL('../authorization/pages/pages.css', import.meta.url), 'utf8')
  const page = String(await trustPage({ fingerprint: authority.fingerprint, publicUrl }))
  const files: Readonly<Record<string, readonly [type: string, body: string | Buffer]>> = {
    '/trust': ['text/html; charset=utf-8', page],
    '/pages.css': ['text/css; charset=utf-8', css],
    '/trust/latchkey-ca.crt': ['application/x-x509-ca-cert', authority.der],
    '/trust/latchkey-ca.mobileconfig': ['application/x-apple-aspen-config', mobileConfig(authority)],
  }

  const answer = (request: IncomingMessage, response: ServerResponse) => {
    setSecurityHeaders(response, publicUrl)
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
    const file = Object.hasOwn(files, path) ? files[path] : undefined
    if (file === undefined) {
      response.writeHead(307, { location: path === '/' ? '/trust' : publicUrl.href }).end()
      return
    }
    const [type, body] = file
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' }).end(body)
  }

  const server = bound(createServer(answer))
  const port = await listen(server, address, 'the page /trust')
  const url = new URL('/trust', `http://${publicUrl.hostname}:${port}`)
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await close(server)
    },
  }
}
