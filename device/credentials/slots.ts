// Two sealed copies of the credentials, so that one may be half written, worn out or put back from an old backup without harm.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { FileError, readWhole, writeWhole } from '#contract/files.ts'
import { decodeJson, ParseError } from '#contract/parse.ts'
import { type Credentials, credentials, VERSION } from './credentials.ts'
import { readSealedHeader, seal, unseal } from './jwe.ts'
import type { KeyRing, SealingKey } from './sealing-key.ts'

export const SLOTS = ['credentials.a', 'credentials.b'] as const

/** What opened: credentials, and how many saves there were up to them. */
export interface Opened {
  readonly type: 'opened'
  readonly file: string
  readonly kid: string
  readonly sequence: number
  readonly credentials: Credentials
}

export type Slot =
  | Opened
  | { readonly type: 'absent'; readonly file: string }
  /** Sealed by a key that is not here, or by a later version of this program: neither is damage, and both may end. */
  | { readonly type: 'locked'; readonly file: string; readonly because: string }
  | { readonly type: 'damaged'; readonly file: string; readonly because: string }
  /** The disk did not give it. */
  | { readonly type: 'unreadable'; readonly file: string; readonly error: FileError }

export async function readSlot(file: string, ring: Pick<KeyRing, 'find'>): Promise<Slot> {
  try {
    const text = await readWhole(file)
    return text === undefined ? { type: 'absent', file } : openSlot(file, text, ring)
  } catch (error) {
    if (error instanceof ParseError) return { type: 'damaged', file, because: error.message }
    if (error instanceof FileError) return { type: 'unreadable', file, error }
    throw error
  }
}

function openSlot(file: string, text: string, ring: Pick<KeyRing, 'find'>): Slot {
  const { kid, seq: sequence, version } = readSealedHeader(text, file)
  const key = ring.find(kid)
  if (key === undefined) return { type: 'locked', file, because: `it is sealed by the key ${kid}, which is not here` }
  if (version !== VERSION)
    return { type: 'locked', file, because: `it is of version ${version} and this one reads ${VERSION}` }
  return {
    type: 'opened',
    file,
    kid,
    sequence,
    credentials: decodeJson(credentials, unseal(text, key.bytes, file), file),
  }
}

export interface Sealed {
  readonly file: string
  readonly key: SealingKey
  readonly sequence: number
  readonly credentials: Credentials
}

/** On disk when it resolves. */
export const writeSlot = ({ file, key, sequence, credentials }: Sealed): Promise<void> =>
  writeWhole(file, seal(JSON.stringify(credentials), key.bytes, { kid: key.kid, seq: sequence, version: VERSION }))

/** The copies that were put aside because nothing here opened them; see `locked`. */
export async function findLocked(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder)
  return names.filter((name) => /^credentials\.[ab]\.locked-\d+$/.test(name)).map((name) => join(folder, name))
}
