// One request a line, one reply a line. Whoever talks nonsense, too much, or nothing hurts nobody but himself.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type * as v from 'valibot'
import { after, type Clock } from '#contract/clock.ts'
import { decodeJson, ParseError } from '#contract/parse.ts'
import type { Millis } from '#contract/time.ts'

/** Longer than any request of ours. */
const LONGEST_LINE = 1024

export interface TalkReply {
  readonly ok: boolean
  /** Why not, where not. */
  readonly because?: string
}

export interface Talk {
  /** Answers whoever is at the other end, until one of the two ends it. */
  with(socket: Socket): void
  /** Takes no more requests; resolves when those under way are answered. */
  end(): Promise<void>
  /** Drops who is still there. */
  cut(): void
}

export function createTalk<Ask>(options: {
  /** How to read what is asked. */
  readonly ask: v.GenericSchema<unknown, Ask>
  readonly clock: Clock
  /** How long a connection may neither ask nor read. */
  readonly idle: Millis
  readonly answer: (ask: Ask) => Promise<TalkReply>
  /** What is said of an answer that failed. */
  readonly reasonOf: (error: unknown) => string
}): Talk {
  const { ask, clock, idle, answer, reasonOf } = options
  /** Who is connected, and what is under way for him. */
  const open = new Map<Socket, Promise<unknown>>()
  const nothing = Promise.resolve()
  let ended = false

  /** Whether there may be another request. */
  const serve = async (socket: Socket, line: string): Promise<boolean> => {
    try {
      await write(socket, await answer(decodeJson(ask, line, 'the request')))
      return !ended
    } catch (error) {
      await write(socket, { ok: false, because: reasonOf(error) })
      return !ended && !(error instanceof ParseError)
    }
  }
  const attend = async (socket: Socket): Promise<void> => {
    let text = ''
    let forgive = () => {}
    const losePatience = () => {
      forgive()
      forgive = after(clock, idle, () => socket.destroy())
    }
    losePatience()
    socket.once('close', () => forgive())
    for await (const part of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      const lines = (text + part).split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        forgive()
        const served = serve(socket, line)
        open.set(socket, served)
        const goesOn = await served
        open.set(socket, nothing)
        losePatience()
        if (!goesOn) return
      }
      if (text.length <= LONGEST_LINE) continue
      return write(socket, { ok: false, because: `a request has ${LONGEST_LINE} characters or fewer` })
    }
  }
  return {
    with(socket) {
      open.set(socket, nothing)
      socket.once('close', () => open.delete(socket))
      // Whoever went away is not told why.
      socket.on('error', () => {})
      attend(socket).then(
        // What else he says is thrown away: closed unread, it would cost him our last word.
        () => socket.end().resume(),
        () => socket.destroy(),
      )
    },
    async end() {
      ended = true
      for (const [socket, underWay] of open) if (underWay === nothing) socket.destroy()
      await Promise.all(open.values())
    },
    cut() {
      for (const socket of open.keys()) socket.destroy()
    },
  }
}

/** Whoever does not read is waited for until his connection closes. */
async function write(socket: Socket, reply: TalkReply): Promise<void> {
  if (!socket.writable) return
  const isTaken = socket.write(`${JSON.stringify({ pid: process.pid, ...reply })}\n`)
  if (!isTaken) await Promise.race([once(socket, 'drain'), once(socket, 'close')])
}
