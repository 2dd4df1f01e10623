// A connection on which messages are lost, come twice or in the wrong order. TCP does none of that, but brokers and bridges do; so it is done
// to whole MQTT PUBLISH packets, and everything else passes.
import { Duplex } from 'node:stream'
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis } from '#contract/time.ts'
import type { Random } from '../random.ts'

/** Shares of 0 to 1, of each message on its way from a client to the broker, and again from the broker to each client. */
export interface Mischief {
  readonly drop?: number
  readonly double?: number
  /** Comes after the one that follows it. */
  readonly reorder?: number
  readonly delay?: Millis
  /** Only messages whose topic begins so. */
  readonly topic?: string
}

type Fate = 'pass' | 'drop' | 'double' | 'reorder'

const PUBLISH = 3

/** Puts itself between `stream` and whoever reads the result. `mischief` is asked for each message: it may change at any time. */
export function meddleWith(
  stream: Duplex,
  options: { readonly mischief: () => Mischief | undefined; readonly clock: Clock; readonly random: Random },
): Duplex {
  const { mischief, clock, random } = options
  const passOn = (send: (bytes: Buffer) => void) => {
    let kept: Buffer | undefined
    return (packet: Buffer) => {
      const what = packet[0] !== undefined && packet[0] >> 4 === PUBLISH ? mischief() : undefined
      const fate = what === undefined || !isMeant(packet, what) ? 'pass' : fateOf(what, random)
      const delay = what?.delay ?? millis(0)
      const give = (bytes: Buffer) => {
        if (delay > 0) void clock.sleep(delay).then(() => send(bytes))
        else send(bytes)
      }
      if (fate === 'drop') return
      if (fate === 'reorder' && kept === undefined) {
        kept = packet
        return
      }
      give(packet)
      if (fate === 'double') give(packet)
      if (kept === undefined) return
      give(kept)
      kept = undefined
    }
  }
  const outer = new Duplex({
    allowHalfOpen: false,
    read() {},
    write(chunk: Buffer, _encoding, done) {
      outward(chunk)
      done()
    },
    final(done) {
      stream.end()
      done()
    },
    destroy(error, done) {
      stream.destroy()
      done(error)
    },
  })
  const inward = splitPackets(passOn((bytes) => outer.destroyed || outer.push(bytes)))
  const outward = splitPackets(passOn((bytes) => stream.writable && stream.write(bytes)))
  stream.on('data', inward)
  stream.on('end', () => outer.push(null))
  stream.on('error', () => outer.destroy())
  stream.on('close', () => outer.destroy())
  return outer
}

function fateOf({ drop = 0, double = 0, reorder = 0 }: Mischief, random: Random): Fate {
  const drawn = random()
  if (drawn < drop) return 'drop'
  if (drawn < drop + double) return 'double'
  return drawn < drop + double + reorder ? 'reorder' : 'pass'
}

function isMeant(packet: Buffer, { topic }: Mischief): boolean {
  if (topic === undefined) return true
  const { at } = readLength(packet)
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
