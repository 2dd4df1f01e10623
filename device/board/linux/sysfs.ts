// Attributes of the kernel's own drivers, read off the event loop: one of a 1-Wire sensor takes 750 ms, one of a broken bus for ever.
import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, type Clock } from '#contract/clock.ts'
import { type Millis, seconds } from '#contract/time.ts'
import { BoardError } from '../error.ts'
import { codeOf } from './ioctl.ts'

/** The kernel answers in less, or the sensor is dead. */
export const GIVE_UP_AFTER = seconds(5)

/** Reads that go on. Whoever asks again while one hangs waits for the same: a dead sensor costs one thread of libuv's four, not all. */
const going = new Map<string, Promise<string>>()

/** The attribute's text without its line end. Rejects with a `BoardError` when it is missing, fails, or does not come in time. */
export async function readAttribute(clock: Clock, path: string, giveUpAfter: Millis = GIVE_UP_AFTER): Promise<string> {
  const { promise, reject } = Promise.withResolvers<never>()
  const inTime = after(clock, giveUpAfter, () =>
    reject(new BoardError('timed_out', `Cannot read ${path} as it must answer: got nothing in ${giveUpAfter} ms`)),
  )
  try {
    return await Promise.race([start(path), promise])
  } catch (cause) {
    throw cause instanceof BoardError ? cause : readError(cause, path)
  } finally {
    inTime()
  }
}

function start(path: string): Promise<string> {
  const before = going.get(path)
  if (before !== undefined) return before
  const read = readFile(path, 'utf8').then((text) => text.trim())
  going.set(path, read)
  const over = () => void going.delete(path)
  read.then(over, over)
  return read
}

function readError(cause: unknown, path: string): BoardError {
  const code = codeOf(cause) ?? String(cause)
  switch (code) {
    case 'ENOENT':
    case 'ENODEV':
    case 'ENXIO':
      return new BoardError('missing', `Cannot read ${path} as it must exist: got ${code}`, { cause })
    case 'EACCES':
      return new BoardError('forbidden', `Cannot read ${path} as this user must be allowed to: got ${code}`, { cause })
    case 'ETIMEDOUT':
    case 'EAGAIN':
      return new BoardError('timed_out', `Cannot read ${path} as it must answer in time: got ${code}`, { cause })
    default:
      return new BoardError('failed', `Cannot read ${path} as it must answer: got ${code}`, { cause })
  }
}

export async function readNumber(clock: Clock, path: string): Promise<number> {
  const text = await readAttribute(clock, path)
  const value = text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(value)) return value
  throw new BoardError(
    'failed',
    `Cannot read ${path} as it must be a number: got ${text.length} characters that are not`,
  )
}

/** The folder below `parent` whose attribute `name` is `name`: numbers such as hwmon2 change from start to start. */
export function findByName(parent: string, name: string): string {
  const found: string[] = []
  for (const folder of foldersIn(parent)) {
    const path = join(parent, folder)
    const got = nameIn(path)
    if (got === name) return path
    if (got !== undefined) found.push(got)
  }
  const got = found.length === 0 ? 'none' : [...new Set(found)].join(', ')
  throw new BoardError('missing', `Cannot find a sensor in ${parent} as its name must be "${name}": got ${got}`)
}

/** Nothing where the kernel lacks the whole subsystem. */
export function foldersIn(parent: string): readonly string[] {
  try {
    return readdirSync(parent).sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

function nameIn(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'name'), 'utf8').trim()
  } catch {
    return undefined
  }
}
