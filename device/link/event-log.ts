// Events that survive a power cut, where somebody asked for that: a card has only so many writes in it.
import { constants } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { readWhole, writeWhole } from '#contract/files.ts'
import type { JsonObject } from '#contract/property.ts'
import type { Announcement } from '../control.ts'
import { createQueue } from '../queue.ts'

/** EN 50131-1 grade 4 wants five hundred kept; the oldest goes first. */
export const MOST_EVENTS = 1_000

export interface EventLog {
  /** On disk when it resolves. */
  append(announcement: Announcement): Promise<void>
  clear(): Promise<void>
  /** Resolves when everything so far is on disk, or has failed to be. */
  idle(): Promise<void>
}

const line = v.object({
  path: v.pipe(v.string(), v.regex(/^[a-z0-9-]+\/[a-z0-9-]+$/)),
  value: v.record(v.string(), v.unknown()),
  silent: v.exactOptional(v.literal(true)),
})

/** Opens `<folder>/events.ndjson` and reads what nobody has fetched. The last line may be half a line: the power went. */
export async function openEventLog(
  folder: string,
): Promise<{ readonly log: EventLog; readonly before: readonly Announcement[] }> {
  const file = join(folder, 'events.ndjson')
  const readLines = async () => ((await readWhole(file)) ?? '').split('\n')
  const found = await readLines()
  const before = newestOf(found)
  /** In the file, also those that are no longer handed over: an earlier life may have left many. */
  let lines = found.length
  const writes = createQueue()
  return {
    before,
    log: {
      append: (announcement) =>
        writes.add(async () => {
          // A hub that is away for a year must not fill the card: beyond twice what is kept it is written anew.
          if (++lines > 2 * MOST_EVENTS) {
            const kept = newestOf(await readLines())
            await writeWhole(file, [...kept, announcement].map((each) => JSON.stringify(each)).join('\n'))
            lines = kept.length + 1
            return
          }
          const handle = await open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600)
          try {
            // A line end first: what a power cut left of the line before must not spoil this one.
            await handle.writeFile(`\n${JSON.stringify(announcement)}`)
            await handle.datasync()
          } finally {
            await handle.close()
          }
        }),
      idle: writes.idle,
      clear: () =>
        writes.add(async () => {
          lines = 0
          await rm(file, { force: true })
        }),
    },
  }
}

const newestOf = (lines: readonly string[]): readonly Announcement[] =>
  lines.slice(-MOST_EVENTS).flatMap((text): Announcement[] => {
    const parsed = v.safeParse(line, parse(text))
    if (!parsed.success) return []
    const { path, value, ...silent } = parsed.output
    return [{ path: path as Announcement['path'], value: value as JsonObject, ...silent }]
  })

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
