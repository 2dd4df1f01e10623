// Homie 5: the version of a description "must be increased when the document changes".
import { hash } from 'node:crypto'
import { join } from 'node:path'
import * as v from 'valibot'
import { describeDevice } from '#contract/description.ts'
import { readWhole, writeWhole } from '#contract/files.ts'
import type { Kind } from '#contract/ids.ts'
import type { Zone } from '#contract/kinds.ts'
import { decodeJson } from '#contract/parse.ts'

const kept = v.object({ version: v.pipe(v.number(), v.integer()), digest: v.string() })

/** The version of this description: that of the last start, or one more where it has changed since. */
export async function readVersion(
  folder: string,
  described: { readonly kind: Kind; readonly name: string; readonly zones: readonly Zone[] },
): Promise<number> {
  const file = join(folder, 'description.json')
  const digest = hash('sha256', JSON.stringify(describeDevice({ ...described, version: 0 })), 'base64url')
  const last = await readWhole(file).then((text) => read(text, file))
  if (last?.digest === digest) return last.version
  const version = (last?.version ?? 0) + 1
  await writeWhole(file, JSON.stringify({ version, digest }))
  return version
}

/** A damaged file costs a version number, no more: it is made anew. */
function read(text: string | undefined, file: string): v.InferOutput<typeof kept> | undefined {
  try {
    return text === undefined ? undefined : decodeJson(kept, text, file)
  } catch {
    return undefined
  }
}
