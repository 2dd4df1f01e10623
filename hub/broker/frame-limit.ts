// Refuses a packet that is too large as soon as its length is known. The parser would collect all of it first, also from somebody who
// has not been admitted.
import type { Duplex } from 'node:stream'

/** Counts the bytes of MQTT packets (3.1.1 §2.2). Pure state: one byte of header, one to four of length, then the body. */
export interface FrameScanner {
  /** Reads on. Returns false once a packet is longer than `limit`, or a length has five bytes. */
  scan(chunk: Uint8Array, limit: number): boolean
}

export function createFrameScanner(): FrameScanner {
  let part: 'header' | 'length' | 'body' = 'header'
  let length = 0
  let lengthBytes = 0
  let left = 0

  return {
    scan(chunk, limit) {
      for (let at = 0; at < chunk.length; ) {
        if (part === 'body') {
          const taken = Math.min(left, chunk.length - at)
          left -= taken
          at += taken
          if (left === 0) part = 'header'
          continue
        }
        const byte = chunk[at++] ?? 0
        if (part === 'header') {
          part = 'length'
          length = 0
          lengthBytes = 0
          continue
        }
        length += (byte & 0x7f) * 128 ** lengthBytes++
        if (length > limit || (lengthBytes === 4 && byte & 0x80)) return false
        if (byte & 0x80) continue
        left = length
        part = left === 0 ? 'header' : 'body'
      }
      return true
    },
  }
}

/**
 * Watches everything the stream reads. `limit` is asked for every chunk, since it grows once the client is admitted. `push` is where
 * both sockets and WebSocket streams put what arrived, so nothing is copied and no stream stands between.
 */
export function limitFrames(stream: Duplex, limit: () => number): void {
  const scanner = createFrameScanner()
  const push = stream.push.bind(stream)
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array && !scanner.scan(chunk, limit())) {
      stream.destroy(new Error('Cannot read an MQTT packet as it must be within the limit: got a longer one'))
      return false
    }
    return push(chunk, encoding)
  }
}
