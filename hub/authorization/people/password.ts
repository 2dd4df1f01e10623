// Passwords: argon2id as a PHC string, with Node's own implementation.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { createTurns, type Queue } from './turns.ts'

const derive = promisify(argon2)

/** What a hash costs whoever makes it or tries one: memory in KiB, and passes over it. */
export interface PasswordCost {
  readonly memory: number
  readonly passes: number
}

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, two passes, one lane. A Pi 3 takes about 150 ms. */
export const PASSWORD_COST: PasswordCost = { memory: 19_456, passes: 2 }

const LANES = 1
/** In bytes. */
const [SALT_LENGTH, TAG_LENGTH] = [16, 32]

/** SP 800-63B: a length and nothing else, no rules of composition. */
export const PASSWORD_MIN = 10
export const PASSWORD_MAX = 256

/** Each takes its memory and one of the four threads on which Node also reads and writes files: the others stay free. */
const AT_ONCE = 2

/** Of each queue: the last of it waits five seconds on a Pi 3, ten where both are full. */
const MOST_WAITING = 64

const PHC = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/

/** Hashes a password for keeping. Rejects with `TooBusyError`, as the next. */
export async function hashPassword(password: string, cost: PasswordCost): Promise<string> {
  const nonce = randomBytes(SALT_LENGTH)
  const how = { nonce, parallelism: LANES, tagLength: TAG_LENGTH, ...cost }
  return formatHash(
    cost,
    nonce,
    await turns.take('known', () => derive('argon2id', { message: normalize(password), ...how })),
  )
}

/** No password's, and as costly to try as one that is. */
export const decoyHash = (cost: PasswordCost): string =>
  formatHash(cost, randomBytes(SALT_LENGTH), randomBytes(TAG_LENGTH))

const formatHash = ({ memory, passes }: PasswordCost, salt: Buffer, tag: Buffer): string =>
  `$argon2id$v=19$m=${memory},t=${passes},p=${LANES}$${unpadded(salt)}$${unpadded(tag)}`

/** Whether `password` is the one that `kept` was made from; `by` says in whose queue it waits. */
export async function passwordMatches(password: string, kept: string, by: Queue): Promise<boolean> {
  const [, memory, passes, parallelism, salt, tag] = PHC.exec(kept) ?? []
  if (salt === undefined || tag === undefined) {
    throw new TypeError('Cannot check a password as the kept hash must be argon2id in PHC form: got something else')
  }
  const wanted = Buffer.from(tag, 'base64')
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
  const found = await turns.take(by, () =>
    derive('argon2id', {
      message: normalize(password),
      nonce: Buffer.from(salt, 'base64'),
      ...cost,
      tagLength: wanted.length,
    }),
  )
  return timingSafeEqual(found, wanted)
}

/** Of the process and not of a hub, as its threads and its memory are. */
const turns = createTurns({ atOnce: AT_ONCE, mostWaiting: MOST_WAITING })

/** Two keyboards may write the same letter differently: SP 800-63B asks for one normal form. */
const normalize = (password: string): Buffer => Buffer.from(password.normalize('NFKC'))
const unpadded = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')
