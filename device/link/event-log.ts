// Events that survive a power cut, where somebody asked for that: a card has only so many writes in it.
import { constants } from 'node:fs'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { readWhole } from '#contract/files.ts'
import type { JsonObject } from '#contract/property.ts'
import type { Announcement } from '../control.ts'

export interface EventLog {
  /** On disk when it resolves. */
  append(announcement: Announcement): Promise<void>
  clear(): Promise<void>
}

const line = v.object({
  path: v.pipe(v.string(), v.regex(/^[a-z0-9-]+\/[a-z0-9-]+$/)),
  value: v.record(v.string(), v.unknown()),
})

/** Opens `<folder>/events.ndjson` and reads what nobody has fetched. The last line may be half a line: the power went. */
export async function openEventLog(
  folder: string,
): Promise<{ readonly log: EventLog; readonly before: readonly Announcement[] }> {
  const file = join(folder, 'events.ndjson')
  const before = ((await readWhole(file)) ?? '').split('\n').flatMap((text): Announcement[] => {
    const read = v.safeParse(line, parse(text))
    if (!read.success) return []
    return [{ path: read.output.path as Announcement['path'], value: read.output.value as JsonObject }]
  })
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const done = last.then(work)
    last = done.catch(() => {})
    return done
  }
  return {
    before,
    log: {
      append: (announcement) =>
        inTurn(async () => {
          const handle = await open(file, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT, 0o600)
          try {
            // A line end first: what a power cut left of the line before must not spoil this one.
            await handle.writeFile(`\n${JSON.stringify(announcement)}`)
            await handle.datasync()
          } finally {
            await handle.close()
          }
        }),
      clear: () => inTurn(() => rm(file, { force: true })),
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
