// The two doors of a mock hub, HTTP and MQTT. They keep their ports while the real hub behind them comes and goes.
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Hub } from '../hub.ts'
import { type Asked, forwardUpgrade, readWhole } from './forward.ts'
import { type Address, listen } from './listen.ts'

export interface Doors extends AsyncDisposable {
  readonly httpPort: number
  readonly mqttPort: number
  /** From now on there is somebody who answers. What has come before has waited. */
  open(behind: Behind): void
}

export interface Behind {
  /** The hub that runs; waits for it while it is being started again. */
  readonly hub: () => Promise<Hub>
  /** Answers one HTTP request, also by not answering. */
  readonly serve: (asked: Asked, response: ServerResponse) => Promise<void>
}

export async function openDoors({ http, mqtt }: { readonly http: Address; readonly mqtt: Address }): Promise<Doors> {
  await using began = new AsyncDisposableStack()
  const opened = Promise.withResolvers<Behind>()
  const open = new Set<Duplex>()
  const track = (stream: Duplex) => {
    open.add(stream)
    stream.on('error', () => stream.destroy())
    stream.once('close', () => open.delete(stream))
  }

  const web = createHttpServer((request, response) => {
    opened.promise
      .then(async (behind) => behind.serve(await read(request, response), response))
      .catch((error: Error) => fail(response, error))
  })
  web.on('connection', track)
  web.on('upgrade', (request, client, head) => {
    opened.promise
      .then(async ({ hub }) => forwardUpgrade(request, { client, head, port: (await hub()).httpPort }))
      .catch(() => client.destroy())
  })
  const broker = createTcpServer((socket: Socket) => {
    track(socket)
    socket.setNoDelay(true)
    opened.promise
      .then(async ({ hub }) => (await hub()).accept(socket, socket.remoteAddress ?? 'unknown'))
      .catch(() => socket.destroy())
  })
  const httpPort = await listen(web, http, 'http')
  began.defer(() => close(web))
  const mqttPort = await listen(broker, mqtt, 'mqtt')
  began.defer(() => close(broker))
  // First of all: whoever hangs on a connection keeps its server from closing.
  began.defer(() => {
    for (const stream of open) stream.destroy()
  })
  const standing = began.move()
  return {
    ...{ httpPort, mqttPort },
    open: opened.resolve,
    [Symbol.asyncDispose]: () => standing.disposeAsync(),
  }
}

const close = (server: { close(done: () => void): unknown }): Promise<void> =>
  new Promise((resolve) => server.close(() => resolve()))

async function read(request: IncomingMessage, response: ServerResponse): Promise<Asked> {
  const { method = 'GET', url = '/', headers } = request
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  return { method, url, headers, body: await readWhole(request), gone: gone.signal }
}

/** The hub behind gave no answer, which is a fault of the mock's: 502 Bad Gateway (RFC 9110 §15.6.3). */
function fail(response: ServerResponse, error: Error): void {
  if (response.destroyed) return
  if (response.headersSent) return void response.destroy()
  response.writeHead(502, { 'content-type': 'text/plain; charset=utf-8' }).end(`${error.message}\n`)
}
