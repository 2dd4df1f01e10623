// MQTT 3.1.1, the little of it that a page needs: bytes to packets and back. Pure.

export type Incoming =
  | { readonly type: 'connack'; readonly code: number }
  | { readonly type: 'suback'; readonly granted: readonly number[] }
  | {
      readonly type: 'publish'
      readonly topic: string
      readonly payload: string
      readonly id: number | undefined
      /** It was kept for whoever subscribes; news have this off. */
      readonly retained: boolean
    }
  | { readonly type: 'puback'; readonly id: number }
  | { readonly type: 'pingresp' }

/** The other side does not speak MQTT as we know it; the connection is of no more use. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
}

const encoder = new TextEncoder()
/** `fatal`: a broker never sends what is not UTF-8 (§1.5.3). */
const decoder = new TextDecoder('utf-8', { fatal: true })

/** More than any packet of a home; what claims to be longer is no packet. */
const LONGEST = 1 << 20

export function encodeConnect(options: {
  clientId: string
  username: string
  password: string
  keepAliveSeconds: number
}): Uint8Array {
  const { clientId, username, password, keepAliveSeconds } = options
  // §3.1.2.3: user name, password, clean session.
  const header = [...text('MQTT'), 4, 0b1100_0010, keepAliveSeconds >> 8, keepAliveSeconds & 0xff]
  return frame(0x10, [...header, ...text(clientId), ...text(username), ...text(password)])
}

/** QoS 1 for each filter. */
export const encodeSubscribe = (id: number, filters: readonly string[]): Uint8Array =>
  frame(0x82, [...uint16(id), ...filters.flatMap((filter) => [...text(filter), 1])])

/** QoS 1 with an `id`, QoS 0 without. Never retained: a page gives commands. */
export const encodePublish = (topic: string, payload: string, id?: number): Uint8Array =>
  frame(id === undefined ? 0x30 : 0x32, [
    ...text(topic),
    ...(id === undefined ? [] : uint16(id)),
    ...encoder.encode(payload),
  ])

export const encodePuback = (id: number): Uint8Array => frame(0x40, uint16(id))
export const encodePing = (): Uint8Array => frame(0xc0, [])
export const encodeDisconnect = (): Uint8Array => frame(0xe0, [])

const uint16 = (value: number): readonly number[] => [value >> 8, value & 0xff]

function text(value: string): readonly number[] {
  const bytes = encoder.encode(value)
  if (bytes.length > 0xffff) throw new RangeError('Cannot send a text as it must have at most 65535 bytes')
  return [...uint16(bytes.length), ...bytes]
}

function frame(header: number, body: readonly number[]): Uint8Array {
  const length: number[] = []
  let left = body.length
  do {
    const digit = left % 128
    left = Math.floor(left / 128)
    length.push(left > 0 ? digit | 0x80 : digit)
  } while (left > 0)
  return Uint8Array.from([header, ...length, ...body])
}

/** Takes bytes as they come and gives back whole packets. Throws a `ProtocolError`; then it is of no more use. */
export function createDecoder(): (chunk: Uint8Array) => readonly Incoming[] {
  let held = new Uint8Array(0)
  return (chunk) => {
    const bytes = new Uint8Array(held.length + chunk.length)
    bytes.set(held)
    bytes.set(chunk, held.length)
    const packets: Incoming[] = []
    let at = 0
    for (;;) {
      const size = sizeOf(bytes, at)
      if (size === undefined || at + size.header + size.body > bytes.length) break
      const body = bytes.subarray(at + size.header, at + size.header + size.body)
      packets.push(decode(bytes[at] ?? 0, body))
      at += size.header + size.body
    }
    held = bytes.slice(at)
    return packets
  }
}

/** The lengths of the next packet's fixed header and body, or undefined until they are known (§2.2.3). */
function sizeOf(bytes: Uint8Array, at: number): { readonly header: number; readonly body: number } | undefined {
  let body = 0
  for (let digit = 0; digit < 4; digit++) {
    const byte = bytes[at + 1 + digit]
    if (byte === undefined) return undefined
    body += (byte & 0x7f) * 128 ** digit
    if (body > LONGEST) throw new ProtocolError('Cannot read a packet as it must be at most 1 MiB long')
    if ((byte & 0x80) === 0) return { header: 2 + digit, body }
  }
  throw new ProtocolError('Cannot read a packet as its length must have at most four bytes')
}

function decode(header: number, body: Uint8Array): Incoming {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  switch (header >> 4) {
    case 2:
      if (body.length !== 2) break
      return { type: 'connack', code: view.getUint8(1) }
    case 3:
      return decodePublish(header, body, view)
    case 4:
      if (body.length !== 2) break
      return { type: 'puback', id: view.getUint16(0) }
    case 9:
      if (body.length < 3) break
      return { type: 'suback', granted: [...body.subarray(2)] }
    case 13:
      if (body.length !== 0) break
      return { type: 'pingresp' }
  }
  throw new ProtocolError('Cannot read a packet as it must be one that a broker sends')
}

function decodePublish(header: number, body: Uint8Array, view: DataView): Incoming {
  const qos = (header >> 1) & 3
  // We subscribe with QoS 1, so nothing comes with more.
  if (qos > 1 || body.length < 2)
    throw new ProtocolError('Cannot read a message as it must have QoS 0 or 1 and a topic')
  const end = 2 + view.getUint16(0)
  const start = qos === 1 ? end + 2 : end
  if (start > body.length) throw new ProtocolError('Cannot read a message as its topic must end within it')
  try {
    return {
      type: 'publish',
      topic: decoder.decode(body.subarray(2, end)),
      payload: decoder.decode(body.subarray(start)),
      id: qos === 1 ? view.getUint16(end) : undefined,
      retained: (header & 1) === 1,
    }
  } catch {
    throw new ProtocolError('Cannot read a message as it must be UTF-8')
  }
}
