// The codes of the panel: kept as argon2id hashes, checked at the edge. The machine behind sees only whether one was right, and whose.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmod, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import * as v from 'valibot'
import { isReadByOthers, readWhole, writeWhole } from '#contract/files.ts'
import { decodeJson } from '#contract/parse.ts'
import type { JsonObject } from '#contract/property.ts'
import type { Command, Origin } from '../control.ts'
import { createQueue } from '../queue.ts'
import { reasonOf } from '../reason.ts'

/** What checking a code says. A duress code is a right one that somebody was forced to give. */
type CodeCheck = 'valid' | 'duress' | 'invalid' | 'absent'

export interface Checked {
  readonly codeCheck: CodeCheck
  /** Whose it is, where it is right. */
  readonly user?: string
}

/** Whose code there is, and what it does. Never the code, nor its hash. */
export interface CodeOwner {
  readonly user: string
  /** `full` arms and disarms; `duress` does as well, and tells somebody. */
  readonly role: 'full' | 'duress'
}

const derive = promisify(argon2)
/** A code has few digits, so each guess must cost; a Pi 3 takes about 100 ms. The lock-out does the rest. */
const COST = { memory: 8_192, passes: 2, parallelism: 1, tagLength: 32 } as const

/** Codes are strings: a leading zero counts. EN 50131-1 grade 2 wants five digits or more. */
export const CODE = /^\d{5,8}$/
/** It begins with a letter: what is digits alone may be the code itself, typed in the wrong place, and names are shown. */
const USER = /^\p{L}(?:[\p{L}\p{N} ._-]{0,30}[\p{L}\p{N}])?$/u

const hash = { salt: v.string(), tag: v.string(), duress: v.boolean() }
const file = v.variant('version', [
  // Before codes had names.
  v.pipe(
    v.object({ version: v.literal(1), codes: v.array(v.object(hash)) }),
    v.transform(({ codes }) => ({ codes: codes.map((code, index) => ({ ...code, user: `code-${index + 1}` })) })),
  ),
  v.object({ version: v.literal(2), codes: v.array(v.object({ ...hash, user: v.string() })) }),
])
type Hashed = v.InferOutput<typeof file>['codes'][number]

/** What a person at the machine does with the codes. */
export interface CodeBook {
  /** Whether somebody could disarm the panel. */
  readonly any: boolean
  list(): readonly CodeOwner[]
  /** Adds a code; without `user` it gets a name that is free. Throws a `RangeError` that never repeats what it was given. */
  add(code: string, options?: { readonly duress?: boolean; readonly user?: string | undefined }): Promise<CodeOwner>
  /** Throws a `RangeError` where nobody is called so, or where nobody could disarm the panel any more. */
  remove(user: string): Promise<CodeOwner>
}

export interface Codes extends CodeBook {
  check(code: string): Promise<Checked>
}

/** Keeps the codes of a panel in a 0600 file. A damaged one is an error: an alarm that nobody can end is worse than one that waits. */
export async function openCodes(path: string, log: Logger): Promise<Codes> {
  const text = await readWhole(path)
  if (text !== undefined) await close(path, log)
  let codes: readonly Hashed[] = text === undefined ? [] : decodeJson(file, text, path).codes
  const check = async (code: string): Promise<Checked> => {
    if (code === '') return { codeCheck: 'absent' }
    let found: Checked = { codeCheck: 'invalid' }
    // All of them, whichever matches: the time it takes says nothing.
    for (const kept of codes) {
      if (await isCode(code, kept)) found = { codeCheck: kept.duress ? 'duress' : 'valid', user: kept.user }
    }
    return found
  }
  const save = async (next: readonly Hashed[]): Promise<void> => {
    await writeWhole(path, JSON.stringify({ version: 2, codes: next }))
    codes = next
  }
  const add = async (code: string, duress: boolean, user: string): Promise<CodeOwner> => {
    if (codes.some((kept) => isSame(kept.user, user)))
      throw new RangeError('Cannot add a code as its user must be a new one: somebody is called so')
    if ((await check(code)).codeCheck !== 'invalid')
      throw new RangeError('Cannot add a code as it must be a new one: the panel knows it')
    const salt = randomBytes(16)
    const tag = await derive('argon2id', { message: code, nonce: salt, ...COST })
    const added = { user, salt: salt.toString('base64'), tag: tag.toString('base64'), duress }
    await save([...codes, added])
    return ownerOf(added)
  }
  const remove = async (user: string): Promise<CodeOwner> => {
    const removed = codes.find((kept) => isSame(kept.user, user))
    if (removed === undefined) {
      const names = codes.map((kept) => kept.user).join(', ')
      throw new RangeError(`Cannot remove a code as its user must be one of ${names}: got another`)
    }
    const left = codes.filter((kept) => kept !== removed)
    if (!canDisarm(left)) {
      throw new RangeError('Cannot remove the last full code as somebody must be able to disarm the panel: add another')
    }
    await save(left)
    return ownerOf(removed)
  }
  /** One after the other: each goes by what the one before has left. */
  const changes = createQueue()
  return {
    get any() {
      return canDisarm(codes)
    },
    list: () => codes.map(ownerOf),
    check,
    async add(code, { duress = false, user } = {}) {
      if (!CODE.test(code))
        throw new RangeError('Cannot add a code as it must be five to eight digits: got something else')
      if (user !== undefined && !USER.test(user.normalize()))
        throw new RangeError(
          'Cannot add a code as its user must be a name that begins with a letter, of 32 letters, digits, spaces, dots and hyphens at most: got something else',
        )
      return changes.add(() => add(code, duress, user?.normalize() ?? freeName(codes)))
    },
    remove: (user) => changes.add(() => remove(user)),
  }
}

/**
 * Five digits are guessed from their hash in hours. To refuse such a file, as OpenSSH would, were to leave a house without its alarm over a
 * mode; nobody reads it any more, and what may have been read is said.
 */
async function close(path: string, log: Logger): Promise<void> {
  if (!isReadByOthers(await stat(path))) return
  log.error({ file: path }, 'others could read the hashes of the codes: give everybody a new one')
  await chmod(path, 0o600).catch((error: unknown) => log.error({ because: reasonOf(error) }, 'and they still can'))
}

const canDisarm = (codes: readonly Hashed[]): boolean => codes.some(({ duress }) => !duress)
const ownerOf = ({ user, duress }: Hashed): CodeOwner => ({ user, role: duress ? 'duress' : 'full' })
const isSame = (one: string, other: string): boolean =>
  one.normalize().toLowerCase() === other.normalize().toLowerCase()

/** Says nothing of the code: whoever sees a list over somebody's shoulder shall not know which one is for duress by its name. */
function freeName(codes: readonly Hashed[]): string {
  for (let number = 1; ; number++) {
    const name = `code-${number}`
    if (!codes.some(({ user }) => isSame(user, name))) return name
  }
}

async function isCode(code: string, { salt, tag }: Hashed): Promise<boolean> {
  const found = await derive('argon2id', { message: code, nonce: Buffer.from(salt, 'base64'), ...COST })
  return timingSafeEqual(found, Buffer.from(tag, 'base64'))
}

/**
 * Replaces the code in a panel command by what checking it said, before anything keeps, logs or decides on it.
 */
export function createCodeCheck(codes: Pick<Codes, 'any' | 'check'>) {
  return async (command: Command, from: Origin): Promise<Command> => {
    if (command.path !== 'panel/command' || typeof command.value !== 'object' || Array.isArray(command.value))
      return command
    const { code, user: _, ...rest } = command.value as JsonObject
    // Only this one needs it, and each costs a Pi a tenth of a second.
    if (rest.action !== 'DISARM')
      return { path: command.path, value: { ...rest, codeCheck: 'absent', codeSet: codes.any, from } }
    const typed = typeof code === 'string' ? code : typeof code === 'number' ? String(code) : ''
    return { path: command.path, value: { ...rest, ...(await codes.check(typed)), codeSet: codes.any, from } }
  }
}
