// One process at a time does something to a path in a folder that all of them may write. A lock file would outlive a process that is
// killed; the kernel forgets a process's sockets, and tells whether anybody listens at one.
import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '#contract/clock.ts'
import { listenAt } from '#contract/local/server.ts'
import { millis } from '#contract/time.ts'

/** Between two looks at who else is there. */
const WAIT = millis(10)
/** Looks before somebody who is never done is let be. */
const MOST_LOOKS = 300

/** After the name of what is waited for: `agent.sock.5f3a9c01`. */
const TICKET = /\.[0-9a-f]{8}$/

/** Others are never done. */
export class NoTurn extends Error {
  override readonly name = 'NoTurn'
}

/**
 * Does `work` while nobody else who asks for a turn at `path` does. Everybody listens at a ticket of their own and then looks for those
 * of others: of two, the one who looked later has seen the other. Who sees another goes back, but for the one whose ticket comes first
 * by name, who waits. Rejects with `NoTurn` after some seconds, or with the system's error where the folder takes no socket.
 */
export async function takeTurn<T>(path: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const ticket = `${path}.${randomBytes(4).toString('hex')}`
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const server = createServer((socket) => socket.destroy())
    await listenAt(server, ticket)
    try {
      for (; looks < MOST_LOOKS; looks++) {
        const seen = await lookAround(path, ticket)
        if (seen === 'nobody') return await work()
        if (seen === 'somebody before') break
        await clock.sleep(WAIT)
      }
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
    await clock.sleep(WAIT)
  }
  throw new NoTurn()
}

/** Whether anybody else has a ticket. Removes, where nobody has, those of processes that are gone. */
async function lookAround(path: string, own: string): Promise<'nobody' | 'somebody before' | 'somebody after'> {
  const folder = dirname(path)
  const tickets = (await readdir(folder))
    .filter((name) => name.startsWith(basename(path)) && TICKET.test(name))
    .map((name) => join(folder, name))
  // Somebody who looked between our bind(2) and our listen(2) took it for one of a process that is gone.
  if (!tickets.includes(own)) return 'somebody before'
  const others = tickets.filter((ticket) => ticket !== own)
  const held = await Promise.all(others.map(isListening))
  if (held.includes(true))
    return others.some((other, at) => held[at] && other < own) ? 'somebody before' : 'somebody after'
  for (const other of others) await rm(other, { force: true })
  return 'nobody'
}

/** Whether a process has the socket at `path`, whatever it does with whoever connects. */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      resolve(true)
      socket.destroy()
    })
    // A full queue (EAGAIN) is somebody's.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'))
  })
}
