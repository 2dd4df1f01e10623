// Asking a running program of the same user through its local socket: one line of JSON, answered by one line.
import { connect, type Socket } from 'node:net'
import type * as v from 'valibot'
import { after, type Clock } from '#contract/clock.ts'
import { decodeJson } from '#contract/parse.ts'
import type { Millis } from '#contract/time.ts'

export interface Question<Reply> {
  readonly path: string
  readonly ask: object
  /** How to read what is answered. */
  readonly reply: v.GenericSchema<unknown, Reply>
  /** Who is asked, for messages: `the agent`. */
  readonly who: string
  readonly clock: Clock
  readonly patience: Millis
  /** Characters of the longest answer; 8192. */
  readonly longest?: number
}

/** Rejects with the system's error, or when no answer came in time. */
export async function askSocket<Reply>(question: Question<Reply>): Promise<Reply> {
  const { path, ask, reply, who, clock, patience, longest = 8192 } = question
  const socket = connect(path).setEncoding('utf8')
  const late = after(clock, patience, () => socket.destroy(new Error(`no answer within ${patience / 1000} s`)))
  try {
    socket.write(`${JSON.stringify(ask)}\n`)
    return decodeJson(reply, await firstLine(socket, longest), `the answer of ${who}`)
  } finally {
    late()
    socket.destroy()
  }
}

async function firstLine(socket: Socket, longest: number): Promise<string> {
  let text = ''
  for await (const part of socket) {
    text += part
    const end = text.indexOf('\n')
    if (end >= 0) return text.slice(0, end)
    if (text.length > longest) break
  }
  throw new Error('it answered something else')
}
