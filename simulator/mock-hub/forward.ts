// From the door to the real hub behind it: one exchange, or one connection that becomes a WebSocket.
import { type IncomingMessage, type OutgoingHttpHeaders, request as send } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

export interface Asked {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** Aborts when whoever asked has gone. */
  readonly gone: AbortSignal
}

export interface Answered {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}

const LOOPBACK = '127.0.0.1'
/** RFC 9110 §7.6.1: they belong to one connection. A body that was read whole has its own length. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const

/** Carries one exchange. Rejects when the hub gave no answer, or when whoever asked has gone. */
export function forward(asked: Asked, port: number): Promise<Answered> {
  const { method, url: path, headers, body, gone: signal } = asked
  const sent = { ...without(headers), host: hostFor(headers.host, port), 'content-length': String(body.length) }
  return new Promise((resolve, reject) => {
    const request = send({ host: LOOPBACK, port, method, path, headers: sent, agent: false, signal })
    request.on('error', reject)
    request.on('response', (response) => {
      readWhole(response).then(
        (whole) => resolve({ status: response.statusCode ?? 502, headers: without(response.headers), body: whole }),
        reject,
      )
    })
    request.end(body)
  })
}

/** Hands a connection over to the hub, byte by byte. */
export function forwardUpgrade(
  request: IncomingMessage,
  options: { readonly client: Duplex; readonly head: Buffer; readonly port: number },
): void {
  const { client, head, port } = options
  const hub = connect(port, LOOPBACK)
  hub.setNoDelay(true)
  const headers = request.rawHeaders.flatMap((value, index, all) => {
    if (index % 2 === 0) return []
    const name = all[index - 1] ?? ''
    return [`${name}: ${name.toLowerCase() === 'host' ? hostFor(value, port) : value}`]
  })
  hub.write([`${request.method} ${request.url} HTTP/1.1`, ...headers, '', ''].join('\r\n'))
  hub.write(head)
  client.pipe(hub).pipe(client)
  for (const [one, other] of [[client, hub] as const, [hub, client] as const]) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}

/** A body is a form or a few facts: longer ones are nobody's. */
const LONGEST_BODY = 1 << 20

export async function readWhole(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of message as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LONGEST_BODY) throw new RangeError('Cannot read a body as it must have at most 1 MiB: got more')
  }
  return Buffer.concat(chunks)
}

/** By name the door and the hub are one; by number the hub knows its own port only. */
const hostFor = (host: string | undefined, port: number): string => {
  const [, numbers] = /^(127\.0\.0\.1|\[::1\])(?::\d+)?$/.exec(host ?? '') ?? []
  return numbers === undefined ? (host ?? '') : `${numbers}:${port}`
}

const without = (headers: IncomingMessage['headers']): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.some((known) => known === name)))
