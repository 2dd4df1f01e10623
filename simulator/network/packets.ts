// A connection on which messages are lost, come twice or in the wrong order. TCP does none of that, but brokers and bridges do; so it is done
// to whole MQTT PUBLISH packets, and everything else passes.
import { Duplex } from 'node:stream'
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Random } from '../random.ts'

/** On its way from a client to the broker, or from the broker to a client. */
export type Way = 'to_broker' | 'from_broker'

/** Shares of 0 to 1, of each message on its way from a client to the broker, and again from the broker to each client. */
export interface Mischief {
  readonly drop?: number
  readonly double?: number
  /** Comes after the one that follows it. */
  readonly reorder?: number
  readonly delay?: Millis
  /** Only messages whose topic begins so. */
  readonly topic?: string
  /** Only messages on this way. */
  readonly way?: Way
}

/** Takes each whole packet, and sends on what shall arrive instead of it. */
export type Handler = (packet: Buffer, send: (bytes: Buffer) => void) => void

export interface MeddleOptions {
  /** Asked for each message: it may change at any time. */
  readonly mischief: () => Mischief | undefined
  readonly clock: Clock
  readonly random: Random
  /** Ends every delay; what was on its way is lost. */
  readonly signal?: AbortSignal
}

/** Does to one connection's messages on one way what `mischief` says. */
export interface Disturber extends Handler {
  /** Sends what waits for another message to overtake it: none will. */
  flush(): void
}

type Fate = 'pass' | 'drop' | 'double' | 'reorder'

const PUBLISH = 3
const DISCONNECT = 14
/** A message that was to be overtaken, and that nothing follows, arrives all the same. */
const OVERTAKEN_WITHIN = seconds(1)

/** Puts itself between `stream` and whoever reads the result. */
export function meddleWith(stream: Duplex, options: MeddleOptions): Duplex {
  const [inward, outward] = [disturb('to_broker', options), disturb('from_broker', options)]
  return interpose(stream, {
    ...{ inward, outward },
    beforeEnd: (way) => (way === 'to_broker' ? inward : outward).flush(),
  })
}

export function disturb(way: Way, { mischief, clock, random, signal }: MeddleOptions): Disturber {
  let kept: { readonly packet: Buffer; readonly send: (bytes: Buffer) => void } | undefined

  const flush = () => {
    const last = kept
    kept = undefined
    last?.send(last.packet)
  }
  const keep = (held: NonNullable<typeof kept>) => {
    kept = held
    clock.sleep(OVERTAKEN_WITHIN, signal).then(
      () => kept === held && flush(),
      () => {},
    )
  }
  const handle: Handler = (packet, send) => {
    const type = (packet[0] ?? 0) >> 4
    // MQTT 3.1.1 §3.14.4: after DISCONNECT a client "MUST NOT send any more Control Packets".
    if (type === DISCONNECT) flush()
    if (type !== PUBLISH) return send(packet)
    const wanted = mischief()
    const what = wanted !== undefined && isMeant(packet, way, wanted) ? wanted : undefined
    const fate = what === undefined ? 'pass' : fateOf(what, random)
    const delay = what?.delay ?? millis(0)
    const give = (bytes: Buffer) => {
      if (delay === 0) return send(bytes)
      clock.sleep(delay, signal).then(
        () => send(bytes),
        () => {},
      )
    }
    if (fate === 'drop') return
    if (fate === 'reorder' && kept === undefined) return keep({ packet, send })
    const overtaken = kept
    kept = undefined
    give(packet)
    if (fate === 'double') give(packet)
    if (overtaken !== undefined) give(overtaken.packet)
  }
  return Object.assign(handle, { flush })
}

/**
 * Puts itself between `stream`, which is a client's, and whoever reads the result. While `isSevered` says so, neither side is told that
 * the other has gone.
 */
export function interpose(
  stream: Duplex,
  options: {
    readonly inward: Handler
    readonly outward: Handler
    readonly isSevered?: () => boolean
    /** Whoever sends this way has ended: this is the last that can be sent. */
    readonly beforeEnd?: (way: Way) => void
  },
): Duplex {
  const { inward, outward, isSevered = () => false, beforeEnd = () => {} } = options
  let ended = false
  const toClient = splitPackets((packet) => outward(packet, (bytes) => stream.writable && stream.write(bytes)))
  const toBroker = splitPackets((packet) => inward(packet, (bytes) => ended || outer.push(bytes)))
  const outer = new Duplex({
    allowHalfOpen: false,
    read() {},
    write(chunk: Buffer, _encoding, done) {
      toClient(chunk)
      done()
    },
    final(done) {
      if (!isSevered()) {
        beforeEnd('from_broker')
        stream.end()
      }
      done()
    },
    destroy(error, done) {
      ended = true
      if (!isSevered()) stream.destroy()
      done(error)
    },
  })
  const end = () => {
    if (ended || isSevered()) return
    beforeEnd('to_broker')
    ended = true
    outer.push(null)
  }
  const destroy = () => {
    if (!isSevered()) outer.destroy()
  }
  stream.on('data', toBroker)
  stream.on('end', end)
  stream.on('error', destroy)
  stream.on('close', destroy)
  return outer
}

function fateOf({ drop = 0, double = 0, reorder = 0 }: Mischief, random: Random): Fate {
  const drawn = random()
  if (drawn < drop) return 'drop'
  if (drawn < drop + double) return 'double'
  return drawn < drop + double + reorder ? 'reorder' : 'pass'
}

function isMeant(packet: Buffer, going: Way, { topic, way }: Mischief): boolean {
  if (way !== undefined && way !== going) return false
  if (topic === undefined) return true
  const { at } = readLength(packet)
  // Too short to have a topic: the broker will say so.
  if (packet.length < at + 2) return false
  const length = packet.readUInt16BE(at)
  return packet.toString('utf8', at + 2, at + 2 + length).startsWith(topic)
}

/** MQTT 3.1.1 §2.2.3: "a variable length encoding scheme", seven bits a byte. */
function readLength(bytes: Buffer): { readonly at: number; readonly total: number | undefined } {
  let length = 0
  for (let index = 1; index < 5; index++) {
    const byte = bytes[index]
    if (byte === undefined) return { at: 0, total: undefined }
    length += (byte & 0x7f) * 128 ** (index - 1)
    if (byte < 0x80) return { at: index + 1, total: index + 1 + length }
  }
  return { at: 5, total: bytes.length }
}

/** Calls `packet` with each whole control packet of a stream of bytes. */
function splitPackets(packet: (bytes: Buffer) => void): (chunk: Buffer) => void {
  let left: Buffer = Buffer.alloc(0)
  return (chunk) => {
    left = left.length === 0 ? chunk : Buffer.concat([left, chunk])
    for (;;) {
      const { total } = readLength(left)
      if (total === undefined || left.length < total) return
      packet(left.subarray(0, total))
      left = left.subarray(total)
    }
  }
}
