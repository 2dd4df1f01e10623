// A connection without a kernel between: two streams, each the other's far end. Bytes leave one participant and arrive at another in that
// one's own context, within the home's time, and the barrier knows when they have.
import { Duplex } from 'node:stream'
import { type Participant, runAs } from '../time/participant.ts'
import type { Line } from './line.ts'

class End extends Duplex {
  other: End | undefined
  readonly #owner: Participant
  readonly #line: Line

  constructor(owner: Participant, line: Line) {
    super({ autoDestroy: true, allowHalfOpen: false })
    this.#owner = owner
    this.#line = line
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#send(chunk)
    done()
  }
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: () => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    done()
  }
  override _final(done: () => void): void {
    this.#tell((other) => other.push(null))
    done()
  }
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // As a TCP reset: whoever is at the other end is told, if the line carries it.
    this.#tell((other) => other.destroy())
    done(error)
  }
  setNoDelay(): this {
    return this
  }

  #send(chunk: Buffer): void {
    this.#tell((other) => other.push(chunk))
  }
  #tell(step: (other: End) => void): void {
    const { other } = this
    if (other === undefined) return
    this.#line.carry(() => {
      if (other.destroyed) return
      // Not at once: the other one's answer would come before this one has finished speaking.
      runAs(other.#owner, () => setImmediate(() => void (other.destroyed || step(other))))
    })
  }
}

/** Opens a connection over `line`: `near` belongs to the one who calls, `far` to the one who is called. */
export function openWire(
  near: Participant,
  far: Participant,
  line: Line,
): { readonly near: Duplex; readonly far: Duplex } {
  const [one, two] = [new End(near, line), new End(far, line)]
  one.other = two
  two.other = one
  return { near: one, far: two }
}

/** Takes the wire apart without a word: what `end` sends arrives nowhere, and it is not told. A half-open connection. */
export function sever(end: Duplex): void {
  if (end instanceof End) end.other = undefined
}
