// What a broker may send. mqtt.js believes it: a packet without its identifier ends the program, and one of a gigabyte is collected whole.
import type { Duplex } from 'node:stream'

/** Ours are a few bytes; commands of people fit many times. */
const LONGEST = 65_536
const [CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK, PINGRESP] = [2, 3, 4, 5, 6, 7, 9, 11, 13]
/** Types that a server sends (MQTT 3.1.1 §2.2.1), with the least that follows their header. */
const LEAST: Readonly<Record<number, number>> = {
  [CONNACK]: 2,
  [PUBLISH]: 2,
  [PUBACK]: 2,
  [PUBREC]: 2,
  [PUBREL]: 2,
  [PUBCOMP]: 2,
  [SUBACK]: 3,
  [UNSUBACK]: 2,
  [PINGRESP]: 0,
}
const WITH_ID: ReadonlySet<number> = new Set([PUBACK, PUBREC, PUBREL, PUBCOMP, SUBACK, UNSUBACK])

/** Reads on. False once something came that no server may send. */
export type Scan = (chunk: Uint8Array) => boolean

export function createScan(): Scan {
  let part: 'header' | 'length' | 'body' = 'header'
  let [header, length, lengthBytes, read] = [0, 0, 0, 0]
  /** Where the packet identifier is; undefined where there is none, or the topic before it is still to be measured. */
  let idAt: number | undefined
  let [topicLength, id] = [0, 0]

  const begun = (): boolean => {
    const [type, qos] = [header >> 4, (header >> 1) & 3]
    const least = LEAST[type]
    if (least === undefined || length < least || length > LONGEST) return false
    if (type === PUBLISH && qos === 3) return false
    part = length === 0 ? 'header' : 'body'
    read = 0
    idAt = WITH_ID.has(type) ? 0 : undefined
    topicLength = 0
    id = 0
    return true
  }
  /** One byte of the body, as long as there is something to learn from it. */
  const learn = (byte: number): boolean => {
    const isMessage = header >> 4 === PUBLISH
    if (isMessage && read < 2) topicLength = topicLength * 256 + byte
    if (idAt !== undefined && read >= idAt) id = id * 256 + byte
    read += 1
    if (isMessage && read === 2) {
      // §2.3.1: only a QoS above 0 has an identifier.
      const withId = ((header >> 1) & 3) > 0
      if (length < 2 + topicLength + (withId ? 2 : 0)) return false
      if (withId) idAt = 2 + topicLength
    }
    // "SUBSCRIBE, UNSUBSCRIBE, and PUBLISH (in cases where QoS > 0) … MUST contain a non-zero 16-bit Packet Identifier" §2.3.1
    return idAt === undefined || read !== idAt + 2 || id > 0
  }
  const knows = (): boolean => (header >> 4 === PUBLISH && read < 2) || (idAt !== undefined && read < idAt + 2)

  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (part === 'body') {
        if (knows()) {
          if (!learn(chunk[at++] ?? 0)) return false
        } else {
          const taken = Math.min(length - read, chunk.length - at)
          read += taken
          at += taken
        }
        if (read === length) part = 'header'
        continue
      }
      const byte = chunk[at++] ?? 0
      if (part === 'header') {
        ;[part, header, length, lengthBytes] = ['length', byte, 0, 0]
        continue
      }
      length += (byte & 0x7f) * 128 ** lengthBytes++
      if (byte & 0x80) {
        if (lengthBytes === 4) return false
      } else if (!begun()) return false
    }
    return true
  }
}

/** Ends the connection on the first thing that is none. `push` is where sockets and WebSockets put what arrived: nothing is copied. */
export function watchIncoming<Stream extends Duplex>(stream: Stream): Stream {
  const scan = createScan()
  const push = stream.push.bind(stream)
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk instanceof Uint8Array && !scan(chunk)) {
      stream.destroy(new Error('the broker sent what is no MQTT, or too much of it'))
      return false
    }
    return push(chunk, encoding)
  }
  return stream
}
