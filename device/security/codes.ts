// The codes of the panel: kept as argon2id hashes, checked at the edge. The machine behind sees only whether one was right.
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { readWhole, writeWhole } from '#contract/files.ts'
import { decodeJson } from '#contract/parse.ts'
import type { JsonObject } from '#contract/property.ts'
import type { Command } from '../control.ts'

/** What checking a code says. A duress code is a right one that somebody was forced to give. */
export type CodeCheck = 'valid' | 'duress' | 'invalid' | 'absent'

const derive = promisify(argon2)
/** A code has few digits, so each guess must cost; a Pi 3 takes about 100 ms. The lock-out does the rest. */
const COST = { memory: 8_192, passes: 2, parallelism: 1, tagLength: 32 } as const

/** Codes are strings: a leading zero counts. EN 50131-1 grade 2 wants five digits or more. */
export const CODE = /^\d{5,8}$/

const hashed = v.object({ salt: v.string(), tag: v.string(), duress: v.boolean() })
const file = v.object({ version: v.literal(1), codes: v.array(hashed) })
type Hashed = v.InferOutput<typeof hashed>

export interface Codes {
  readonly any: boolean
  check(code: string): Promise<CodeCheck>
  /** Adds a code. Throws a `RangeError` when it is not five to eight digits. */
  add(code: string, options?: { readonly duress?: boolean }): Promise<void>
}

/** Keeps the codes of a panel in a 0600 file. A damaged one is an error: an alarm that nobody can end is worse than one that waits. */
export async function openCodes(path: string): Promise<Codes> {
  const text = await readWhole(path)
  let codes: readonly Hashed[] = text === undefined ? [] : decodeJson(file, text, path).codes
  const check = async (code: string): Promise<CodeCheck> => {
    if (code === '') return 'absent'
    let found: CodeCheck = 'invalid'
    // All of them, whichever matches: the time it takes says nothing.
    for (const kept of codes) if (await isCode(code, kept)) found = kept.duress ? 'duress' : 'valid'
    return found
  }
  const add = async (code: string, duress: boolean): Promise<void> => {
    if ((await check(code)) !== 'invalid')
      throw new RangeError('Cannot add a code as it must be a new one: the panel knows it')
    const salt = randomBytes(16)
    const tag = await derive('argon2id', { message: code, nonce: salt, ...COST })
    const more = [...codes, { salt: salt.toString('base64'), tag: tag.toString('base64'), duress }]
    await writeWhole(path, JSON.stringify({ version: 1, codes: more }))
    codes = more
  }
  /** One after the other: each is added to what the one before has left. */
  let adding: Promise<void> = Promise.resolve()
  return {
    get any() {
      return codes.length > 0
    },
    check,
    async add(code, { duress = false } = {}) {
      if (!CODE.test(code))
        throw new RangeError('Cannot add a code as it must be five to eight digits: got something else')
      const added = adding.then(() => add(code, duress))
      adding = added.catch(() => {})
      await added
    },
  }
}

async function isCode(code: string, { salt, tag }: Hashed): Promise<boolean> {
  const found = await derive('argon2id', { message: code, nonce: Buffer.from(salt, 'base64'), ...COST })
  return timingSafeEqual(found, Buffer.from(tag, 'base64'))
}

/**
 * Replaces the code in a panel command by what checking it said, before anything keeps, logs or decides on it.
 */
export function createCodeCheck(codes: Codes): (command: Command) => Promise<Command> {
  return async (command) => {
    if (command.path !== 'panel/command' || typeof command.value !== 'object' || Array.isArray(command.value))
      return command
    const { code, ...rest } = command.value as JsonObject
    // Only this one needs it, and each costs a Pi a tenth of a second.
    if (rest.action !== 'DISARM')
      return { path: command.path, value: { ...rest, codeCheck: 'absent', codeSet: codes.any } }
    const typed = typeof code === 'string' ? code : typeof code === 'number' ? String(code) : ''
    const codeCheck = await codes.check(typed)
    return { path: command.path, value: { ...rest, codeCheck, codeSet: codes.any } }
  }
}
