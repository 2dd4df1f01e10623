// MQTT over WebSocket (MQTT 3.1.1 §6), at `/mqtt`.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { createWebSocketStream, WebSocketServer } from 'ws'
import { LIMITS } from './limits.ts'

export interface WebSockets {
  /** For the `upgrade` event of an HTTP server. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  close(): void
}

export function acceptWebSockets(options: {
  /** Pages of this origin may connect; what is no browser sends none. */
  readonly origin: string
  readonly addressOf: (request: IncomingMessage) => string
  readonly handle: (stream: Duplex, address: string) => void
}): WebSockets {
  const { origin, addressOf, handle } = options
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.packetBytes + 5,
    perMessageDeflate: false,
    clientTracking: true,
    handleProtocols: (offered) => (offered.has('mqtt') ? 'mqtt' : false),
  })

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy())
      const [path] = (request.url ?? '').split('?', 1)
      if (path !== '/mqtt') return refuse(socket, '404 Not Found')
      // A page of another site could use the browser's address and network, though never its token.
      if (request.headers.origin !== undefined && request.headers.origin !== origin)
        return refuse(socket, '403 Forbidden')
      // §6.0: "the client MUST include "mqtt" in the list of WebSocket Sub Protocols"
      if (!/\bmqtt\b/.test(request.headers['sec-websocket-protocol'] ?? '')) return refuse(socket, '400 Bad Request')
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const stream = createWebSocketStream(webSocket)
        // Without this a CONNACK leaves as four frames of one byte.
        Object.assign(stream, {
          _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void) {
            const bytes = Buffer.concat(chunks.map(({ chunk }) => chunk))
            webSocket.send(bytes, { binary: true }, (error) => done(error ?? null))
          },
        })
        handle(stream, addressOf(request))
      })
    },
    close() {
      for (const webSocket of server.clients) webSocket.terminate()
      server.close()
    },
  }
}

const refuse = (socket: Duplex, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
