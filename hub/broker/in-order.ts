// Messages leave in the order they came. aedes numbers a message, then waits for the disk where it is retained, then sends it; one that
// need not wait overtakes, and every receiver then drops the overtaken one as a duplicate because its number is lower. So the next
// message is numbered only when the one before it is on its way.
import type { Aedes } from 'aedes'

type Publish = Aedes['publish']
type Done = (error?: Error | null) => void

/** The emitter inside aedes, which is not part of its types. */
interface Emitter {
  emit(packet: unknown, done?: Done): unknown
}

interface Turn {
  start(): void
}

/**
 * Makes `aedes.publish` keep the order of its calls; call it before the first connection. The returned function resolves when
 * everything that was accepted so far is on disk and on its way.
 */
export function publishInOrder(aedes: Aedes): () => Promise<void> {
  const emitter = (aedes as unknown as { mq: Emitter }).mq
  const publish = aedes.publish.bind(aedes) as (packet: unknown, client: unknown, done: Done) => void
  const emit = emitter.emit.bind(emitter)
  const waiting: Turn[] = []
  let current: Turn | undefined
  let pumping = false

  const pump = (): void => {
    if (pumping) return
    pumping = true
    for (; current === undefined; ) {
      current = waiting.shift()
      if (current === undefined) break
      current.start()
    }
    pumping = false
  }
  const release = (turn: Turn | undefined): void => {
    if (turn !== current) return
    current = undefined
    pump()
  }

  emitter.emit = (packet, done) => {
    const turn = current
    const result = emit(packet, done)
    release(turn)
    return result
  }
  const inOrder = (packet: unknown, client: unknown, done: unknown): void => {
    const [from, tell] = typeof client === 'function' ? [null, client] : [client, done]
    const turn: Turn = {
      start: () =>
        publish(packet, from, (error) => {
          // One that failed on its way to the emitter makes room as well.
          release(turn)
          if (typeof tell === 'function') tell(error)
        }),
    }
    waiting.push(turn)
    pump()
  }
  aedes.publish = inOrder as Publish

  return () =>
    new Promise((resolve) => {
      waiting.push({
        start() {
          resolve()
          release(this)
        },
      })
      pump()
    })
}
