// Passwords: argon2id as a PHC string, with Node's own implementation.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. A Pi 3 takes about 150 ms. */
const COST = { memory: 19_456, passes: 2, parallelism: 1, tagLength: 32 } as const

/** SP 800-63B: a length and nothing else, no rules of composition. */
export const PASSWORD_MIN = 10
export const PASSWORD_MAX = 256

/** Each takes its memory and one of the four threads on which Node also reads and writes files: the others stay free. */
const AT_ONCE = 2

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/

/** Hashes a password for keeping. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const tag = await inTurn(() => derive('argon2id', { message: normalize(password), nonce: salt, ...COST }))
  return toPhc(salt, tag)
}

/** A hash that no password has, and that takes as long to check as any: for accounts that there are not. */
export const createDecoy = (): string => toPhc(randomBytes(16), randomBytes(COST.tagLength))

/** Whether `password` is the one that `kept` was made from. */
export async function passwordMatches(password: string, kept: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(kept) ?? []
  if (salt === undefined || tag === undefined) {
    throw new TypeError('Cannot check a password as the kept hash must be argon2id in PHC form: got something else')
  }
  const wanted = Buffer.from(tag, 'base64')
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  const found = await inTurn(() =>
    derive('argon2id', {
      message: normalize(password),
      nonce: Buffer.from(salt, 'base64'),
      ...cost,
      tagLength: wanted.length,
    }),
  )
  return timingSafeEqual(found, wanted)
}

function toPhc(salt: Buffer, tag: Buffer): string {
  const { memory, passes, parallelism } = COST
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(tag)}`
}

/** Of the process and not of a hub, as its threads and its memory are. */
const turns: { running: number; readonly waiting: (() => void)[] } = { running: 0, waiting: [] }

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (turns.running < AT_ONCE) turns.running += 1
  // Whoever is woken takes over the place of the one that ended.
  else await new Promise<void>((resolve) => turns.waiting.push(resolve))
  try {
    return await work()
  } finally {
    const next = turns.waiting.shift()
    if (next === undefined) turns.running -= 1
    else next()
  }
}

/** Two keyboards may write the same letter differently: SP 800-63B asks for one normal form. */
const normalize = (password: string): Buffer => Buffer.from(password.normalize('NFKC'))
const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
