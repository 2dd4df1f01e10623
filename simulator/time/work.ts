// What is under way. Time in a home may only move when nobody in it waits for the disk, for a computation on another thread or for the
// machine's network. Node tells of each such request when it is made and when it is answered (`async_hooks`), whoever made it, so no
// code has to be written for the simulation's sake.
import { createHook } from 'node:async_hooks'
import { type Millis, seconds } from '#contract/time.ts'
import { Unsettled } from '../clock.ts'
import { currentParticipant, runOutside, type Work } from './participant.ts'

/** One-shot requests, by their type in Node, of libuv's thread pool and the event loop; handles, which live long, are none. */
const REQUEST =
  /^(FSREQ|FILEHANDLECLOSEREQ|Immediate$|classic_level|[A-Z0-9]+REQUEST$|TCPCONNECTWRAP|WRITEWRAP|SHUTDOWNWRAP)/
/** Random bytes are nearly always asked for at once, and then nobody is told that they have come. */
const NO_REQUEST = /^(HTTPCLIENTREQUEST|RANDOMBYTESREQUEST)/
const PATIENCE = seconds(15)
/**
 * Most requests are answered within as many turns of the event loop, and being woken takes longer than asking again: a fifth of a run's
 * time. Whoever is busy for longer gets the processor.
 */
const EAGER_TURNS = 200

interface OpenWork extends Work {
  begin(id: number | symbol, name: string, what: string): void
  end(id: number | symbol): void
}

const begunBy = new Map<number, OpenWork>()
const isRequest = new Map<string, boolean>()
const works = new WeakSet<object>()
let homes = 0

const hook = createHook({
  init(id, type) {
    let counts = isRequest.get(type)
    if (counts === undefined) {
      counts = REQUEST.test(type) && !NO_REQUEST.test(type)
      isRequest.set(type, counts)
    }
    if (!counts) return
    const participant = currentParticipant()
    if (participant === undefined || !works.has(participant.work)) return
    const work = participant.work as OpenWork
    begunBy.set(id, work)
    work.begin(id, participant.name, type)
  },
  after: ended,
  destroy: ended,
  // Promises wait for what is counted here; to follow each would make everything several times slower.
  trackPromises: false,
} as Parameters<typeof createHook>[0])

function ended(id: number): void {
  begunBy.get(id)?.end(id)
  begunBy.delete(id)
}

/** Opens the books of one home. `patience` is the real time after which whoever is still busy is named; 15 s. */
export function createWork({ patience = PATIENCE }: { readonly patience?: Millis } = {}): Work {
  const open = new Map<number | symbol, readonly [name: string, what: string]>()
  const waiting = new Set<() => void>()
  const hearers = new Set<(name: string, type: string) => void>()
  if (homes++ === 0) hook.enable()
  let closed = false

  const work: OpenWork = {
    onRequest(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    begin(id, name, what) {
      open.set(id, [name, what])
      for (const hear of hearers) hear(name, what)
    },
    end(id) {
      if (!open.delete(id) || open.size > 0) return
      for (const goOn of waiting) goOn()
    },
    async during(name, what, job) {
      const id = Symbol(what)
      open.set(id, [name, what])
      try {
        return await job
      } finally {
        work.end(id)
      }
    },
    async settle() {
      const deadline = performance.now() + patience
      for (let turns = 1; ; turns++) {
        await oneTurn()
        if (open.size === 0) return
        if (turns % EAGER_TURNS !== 0) continue
        const busy = [...open.values()]
        await allEnded(deadline)
        if (performance.now() > deadline) throw new Unsettled(whoIsBusy(busy))
      }
    },
    close() {
      if (closed) return
      closed = true
      works.delete(work)
      if (--homes === 0) hook.disable()
    },
  }
  /** Sleeps until the last of them has ended. */
  const allEnded = (deadline: number): Promise<void> =>
    new Promise((resolve) => {
      const goOn = () => {
        clearTimeout(timer)
        waiting.delete(goOn)
        resolve()
      }
      const timer = setTimeout(goOn, Math.max(1, deadline - performance.now() + 1))
      waiting.add(goOn)
    })
  works.add(work)
  return work
}

function whoIsBusy(open: readonly (readonly [name: string, what: string])[]): string {
  const busy = [...new Set(open.map(([name, what]) => `${name} (${what})`))]
  return `Cannot turn the clock as everybody must have come to rest: still waiting for ${busy.join(', ')}`
}

const oneTurn = (): Promise<void> => runOutside(() => new Promise((resolve) => setImmediate(resolve)))
