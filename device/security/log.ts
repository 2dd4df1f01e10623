// What the panel keeps of what happened, for whoever asks later: EN 50131-1's event log. Two files of a thousand entries, the older of which
// goes when the newer is full, so that nothing is ever written again and a rename is all that it costs. A disk that takes nothing keeps no
// panel from working: entries wait in memory meanwhile.
import { constants } from 'node:fs'
import { access, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { after, type Clock, formatInstant } from '#contract/clock.ts'
import { readWhole, writeWhole } from '#contract/files.ts'
import type { JsonObject } from '#contract/property.ts'
import { seconds } from '#contract/time.ts'
import { isClockConfirmed } from '../clock-confirmed.ts'
import { createComplaint } from '../complaint.ts'
import type { Announcement } from '../control.ts'
import { reasonOf } from '../reason.ts'
import { chain, type Entry, formatEntry, type Happening, isSegmentStart, readEntry, SEGMENT } from './log-chain.ts'

export interface PanelLog {
  /** Keeps an event with its time; never throws, and nobody waits for the disk. */
  note(announcement: Announcement): void
  /** Something that is no event of the panel itself, such as a new code. */
  noteAlone(event: string, facts?: JsonObject): void
  /** Both files, and what is not on disk yet, as `examine` reads it. */
  read(): Promise<string>
  /** One last attempt at what is not on disk. */
  close(): Promise<void>
}

export interface PanelLogOptions {
  readonly folder: string
  readonly clock: Clock
  readonly log: Logger
  readonly isConfirmed?: () => boolean
}

const filesIn = (folder: string) => ({
  newer: join(folder, 'panel-log.ndjson'),
  older: join(folder, 'panel-log.older.ndjson'),
})

/** A disk that took nothing is asked again this often. */
const RETRY_AFTER = seconds(60)
/** A wall clock that moved by more against the monotonic one was set. */
const CLOCK_WAS_SET = seconds(2)

export function openPanelLog({ folder, clock, log, isConfirmed = isClockConfirmed }: PanelLogOptions): PanelLog {
  const files = filesIn(folder)
  const unkept = createComplaint(log, 'the log of the panel is not on disk: kept in memory', 'error')
  const waiting: Happening[] = []
  /** How many of `waiting` are being written, and how many had to go. */
  let underWay = 0
  let lost = 0
  let last: Entry | undefined
  /** Of the newer file, in bytes; undefined until it has been looked at. */
  let size: number | undefined
  let offset: number | undefined
  let isClosed = false
  let later = () => {}

  const push = (event: string, facts: JsonObject, at = formatInstant(clock.now())) => {
    if (waiting.length >= SEGMENT) {
      lost += 1
      waiting.splice(underWay, 1)
    }
    waiting.push({ at, synced: isConfirmed(), event, facts })
  }
  const noteAlone = (event: string, facts: JsonObject = {}, at?: string) => {
    // The folder may be erased by now.
    if (isClosed) return
    const before = offset
    offset = clock.now() - clock.uptime()
    const moved = before === undefined ? 0 : offset - before
    if (Math.abs(moved) > CLOCK_WAS_SET) push('clock_set', { seconds: Math.round(moved / 1000) })
    push(event, facts, at)
    write()
  }

  /** Finds the last entry, and drops what a power cut left of a line. */
  const look = async (): Promise<number> => {
    const { text, bytes, dropped } = await readNewer(files.newer)
    last = lastOf(text) ?? lastOf((await readWhole(files.older)) ?? '')
    if (dropped > 0) {
      log.warn({ file: files.newer, dropped }, 'the last line of the log of the panel was half written: dropped')
      waiting.unshift({ ...now(), event: 'line_dropped', facts: { bytes: dropped } })
    }
    return bytes
  }
  const now = () => ({ at: formatInstant(clock.now()), synced: isConfirmed() })

  const flush = async (): Promise<void> => {
    size ??= await look()
    while (waiting.length > 0) {
      if (lost > 0) {
        waiting.unshift({ ...now(), event: 'entries_lost', facts: { entries: lost } })
        lost = 0
      }
      const batch = nextBatch(last, waiting)
      const [first] = batch
      underWay = batch.length
      if (size > 0 && first !== undefined && isSegmentStart(first)) {
        await rename(files.newer, files.older)
        size = 0
      }
      size = await append(files.newer, size, batch.map(formatEntry).join(''))
      last = batch.at(-1)
      waiting.splice(0, underWay)
      underWay = 0
    }
  }
  let writing: Promise<void> | undefined
  const write = (): void => {
    later()
    writing ??= flush()
      .then(unkept.over, (error: unknown) => {
        underWay = 0
        unkept.of(reasonOf(error))
        later = after(clock, RETRY_AFTER, write)
        return 'failed' as const
      })
      .then((outcome) => {
        writing = undefined
        // Something may have come in the moment between.
        if (outcome !== 'failed' && waiting.length > 0) write()
      })
  }

  const written = async (): Promise<void> => {
    while (writing !== undefined) await writing
  }

  return {
    note: ({ value, noted = {} }) => {
      const { event_type: event, at, seq: _, ...facts } = value
      noteAlone(String(event), { ...facts, ...noted }, typeof at === 'string' ? at : undefined)
    },
    noteAlone,
    async read() {
      await written()
      const unwritten: Entry[] = []
      for (const happening of waiting) unwritten.push(chain(unwritten.at(-1) ?? last, happening))
      return (await readPanelLog(folder)) + unwritten.map(formatEntry).join('')
    },
    async close() {
      noteAlone('stopped')
      isClosed = true
      await written()
      later()
    },
  }
}

/** Also without an agent. Rejects where the folder cannot be read. */
export async function readPanelLog(folder: string): Promise<string> {
  const { newer, older } = filesIn(folder)
  await access(folder)
  const [before = '', text = ''] = [await readWhole(older), await readWhole(newer)]
  return before + text
}

/** As many as still go into the same file. */
function nextBatch(last: Entry | undefined, happenings: readonly Happening[]): readonly Entry[] {
  const batch: Entry[] = []
  for (const happening of happenings) {
    const next = chain(batch.at(-1) ?? last, happening)
    if (batch.length > 0 && isSegmentStart(next)) break
    batch.push(next)
  }
  return batch
}

/** All but a last line that is none, which the next append writes over. In bytes, since damage is no text. */
async function readNewer(file: string) {
  const whole = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
  const end = whole.lastIndexOf('\n', whole.length - 2) + 1
  const isEntry = whole.at(-1) === LINE_END && readEntry(whole.toString('utf8', end)) !== undefined
  const bytes = isEntry ? whole.length : end
  return { text: whole.toString('utf8', 0, bytes), bytes, dropped: whole.length - bytes }
}

const LINE_END = 0x0a

function lastOf(text: string): Entry | undefined {
  for (const line of text.split('\n').toReversed()) {
    const entry = readEntry(line)
    if (entry !== undefined) return entry
  }
  return undefined
}

/**
 * On disk when it resolves, with the file's new size. It goes to where the last whole entry ended: what a full disk or a power cut left
 * behind is written over.
 */
async function append(file: string, size: number, text: string): Promise<number> {
  const handle = size === 0 ? undefined : await openKept(file)
  if (handle === undefined) {
    await writeWhole(file, text)
    return Buffer.byteLength(text)
  }
  try {
    const { size: found } = await handle.stat()
    if (found > size) await handle.truncate(size)
    // Somebody took lines away: that shows, and costs no more than those.
    const bytes = Buffer.from(found < size ? `\n${text}` : text)
    const at = Math.min(found, size)
    const { bytesWritten } = await handle.write(bytes, 0, bytes.length, at)
    if (bytesWritten < bytes.length) throw new Error('the disk is full')
    await handle.datasync()
    return at + bytesWritten
  } catch (error) {
    await handle.truncate(size).catch(() => {})
    throw error
  } finally {
    await handle.close()
  }
}

const openKept = (file: string) =>
  open(file, constants.O_RDWR | constants.O_NOFOLLOW).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
