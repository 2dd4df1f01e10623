// The panel's log on a disk that is cut off, full, worn or meddled with.
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { instant, minutes, seconds } from '#contract/time.ts'
import { openPanelLog, readPanelLog } from '../../../device/security/log.ts'
import { examine, SEGMENT } from '../../../device/security/log-chain.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { recordDiskStates } from '../credentials/disk-states.ts'

let root: string
let folder: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'latchkey-'))
  folder = join(root, 'security')
  mkdirSync(folder)
})
afterEach(() => rmSync(root, { recursive: true }))

const NEWER = 'panel-log.ndjson'
const OLDER = 'panel-log.older.ndjson'
const file = (name = NEWER) => join(folder, name)

function panel({ clock = new VirtualClock(), in: place = folder, confirmed = true } = {}) {
  const said: string[] = []
  const log = pino({}, { write: (line: string) => void said.push(JSON.parse(line).msg) })
  const kept = openPanelLog({ folder: place, clock, log, isConfirmed: () => confirmed })
  return { ...kept, clock, said, events: async () => examine(await kept.read()).entries.map(({ event }) => event) }
}
/** What a reader finds without an agent. */
const found = async (place = folder) => examine(await readPanelLog(place))

test('an event is on disk with its time, who it was and nothing else, and nobody else can read it', async () => {
  const { note, read } = panel({ confirmed: false })
  note({
    path: 'panel/event',
    value: { event_type: 'disarmed', seq: 7, at: '2030-01-14T06:00:00.000Z' },
    noted: { user: 'Anna', from: 'device' },
  })
  await read()
  const { entries, broken } = await found()
  expect(entries).toMatchObject([
    {
      ...{ n: 1, at: '2030-01-14T06:00:00.000Z', synced: false, event: 'disarmed' },
      facts: { user: 'Anna', from: 'device' },
    },
  ])
  expect(broken).toEqual([])
  expect(statSync(file()).mode & 0o777).toBe(0o600)
})

test('a restart goes on with the chain, and writes nothing where nothing happens', async () => {
  const first = panel()
  first.noteAlone('started')
  await first.close()
  const { mtimeMs } = statSync(file())
  const second = panel()
  expect(await second.events()).toEqual(['started', 'stopped'])
  await second.clock.advance(minutes(600))
  expect(statSync(file()).mtimeMs).toBe(mtimeMs)
  second.noteAlone('started')
  expect(await second.events()).toEqual(['started', 'stopped', 'started'])
  expect((await found()).broken).toEqual([])
})

test('a thousand are kept at the least and two thousand at the most; the chain holds from the oldest that is left', async () => {
  const { noteAlone, read } = panel()
  for (let n = 1; n <= 2 * SEGMENT + 5; n++) {
    noteAlone('entry', { zones: [`zone-${n}`] })
    if (n % 400 === 0) await read()
  }
  await read()
  const { entries, broken } = await found()
  expect(broken).toEqual([])
  expect([entries[0]?.n, entries.at(-1)?.n]).toEqual([SEGMENT + 1, 2 * SEGMENT + 5])
  expect(readFileSync(file(), 'utf8').trimEnd().split('\n')).toHaveLength(5)
  const again = panel()
  again.noteAlone('started')
  await again.read()
  expect(await found()).toMatchObject({ broken: [], entries: { length: SEGMENT + 6 } })
})

test.for([
  { what: 'half a line', left: '{"n":3,"at":"2030-' },
  { what: 'zeros', left: '\0'.repeat(300) },
  { what: 'a line of zeros', left: `${'\0'.repeat(300)}\n` },
])('$what at the end is dropped and named, and nothing else is lost', async ({ left }) => {
  const first = panel()
  first.noteAlone('started')
  first.noteAlone('armed')
  await first.read()
  appendFileSync(file(), left)
  const second = panel()
  second.noteAlone('started')
  expect(await second.events()).toEqual(['started', 'armed', 'line_dropped', 'started'])
  expect(second.said).toEqual(['the last line of the log of the panel was half written: dropped'])
  expect(await found()).toMatchObject({
    ...{ broken: [], isCutOff: false },
    entries: { 2: { facts: { bytes: left.length } } },
  })
})

test('a power cut between any two requests to the disk costs nothing that was on it', async () => {
  const copies = join(root, 'copies')
  mkdirSync(copies)
  const setup = panel()
  for (let n = 1; n < SEGMENT; n++) setup.noteAlone('entry')
  await setup.read()
  const recording = recordDiskStates(folder, copies)
  const { noteAlone, read } = panel()
  for (const event of ['armed', 'entry', 'triggered', 'disarmed']) {
    noteAlone(event)
    await read()
    recording.mark(event)
  }
  recording.stop()
  const events = ['armed', 'entry', 'triggered', 'disarmed']
  expect(recording.states.length).toBeGreaterThan(5)
  for (const { folder: copy, mark } of recording.states) {
    const cut = panel({ in: copy })
    cut.noteAlone('started')
    await cut.read()
    const { entries, broken } = await found(copy)
    expect(broken).toEqual([])
    const after = entries.slice(SEGMENT - 1).map(({ event }) => event)
    expect(after.slice(0, events.indexOf(mark) + 1)).toEqual(events.slice(0, events.indexOf(mark) + 1))
    expect(after.at(-1)).toBe('started')
  }
})

test('a disk that takes nothing holds nobody up: it is said once, entries wait, and are written once it does', async () => {
  const { noteAlone, read, clock, said } = panel()
  noteAlone('started')
  await read()
  renameSync(file(), `${file()}.aside`)
  mkdirSync(file())
  for (const event of ['armed', 'triggered']) {
    noteAlone(event)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(said).toEqual(['the log of the panel is not on disk: kept in memory'])
  rmdirSync(file())
  renameSync(`${file()}.aside`, file())
  expect(examine(await read()).entries.map(({ event }) => event)).toEqual(['started', 'armed', 'triggered'])
  expect((await found()).entries).toHaveLength(1)
  await clock.advance(seconds(60))
  await read()
  expect(await found()).toMatchObject({ broken: [], entries: { length: 3 } })
})

test('what is too much for the memory as well is counted, the oldest first', async () => {
  mkdirSync(`${file()}.new`)
  const { noteAlone, read, clock } = panel()
  for (let n = 1; n <= SEGMENT + 2; n++) {
    noteAlone('entry', { zones: [`zone-${n}`] })
    await Promise.resolve()
  }
  await new Promise((resolve) => setTimeout(resolve, 50))
  rmdirSync(`${file()}.new`)
  await clock.advance(seconds(60))
  await read()
  const { entries, broken } = await found()
  expect(broken).toEqual([])
  const [lost, oldest] = entries
  const missing = Number(lost?.facts.entries)
  expect(lost?.event).toBe('entries_lost')
  expect(missing).toBeGreaterThan(0)
  expect(entries).toHaveLength(1 + SEGMENT + 2 - missing)
  expect(entries.at(-1)?.facts).toEqual({ zones: [`zone-${SEGMENT + 2}`] })
  expect(oldest?.event).toBe('entry')
})

test('what a full disk left of a line is written over, and lines that somebody took away are missed', async () => {
  const { noteAlone, read } = panel()
  noteAlone('started')
  noteAlone('armed')
  await read()
  appendFileSync(file(), '{"n":3,"at":"20')
  noteAlone('triggered')
  await read()
  expect(await found()).toMatchObject({ broken: [], entries: { length: 3 } })
  truncateSync(file(), statSync(file()).size - 40)
  noteAlone('disarmed')
  await read()
  const { broken, entries } = await found()
  expect(entries.map(({ event }) => event)).toEqual(['started', 'armed', 'disarmed'])
  expect(broken).toEqual([
    { line: 3, because: 'it cannot be read' },
    { line: 4, because: 'entry 4 does not follow entry 2: something was changed, taken out or put in between' },
  ])
  rmSync(file())
  noteAlone('armed')
  await read()
  expect((await found()).broken).toEqual([{ line: 1, because: 'what came before entry 5 was taken out' }])
})

test('damage in the middle stays where it is, and the chain goes on behind it', async () => {
  const first = panel()
  for (const event of ['started', 'armed', 'disarmed']) first.noteAlone(event)
  await first.read()
  const lines = readFileSync(file(), 'utf8').split('\n')
  rmSync(file())
  appendFileSync(file(), Buffer.concat([Buffer.from(`${lines[0]}\n`), Buffer.from([0xff, 0xfe, 0x0a])]))
  appendFileSync(file(), `${lines.slice(2).join('\n')}`)
  const second = panel()
  second.noteAlone('started')
  await second.read()
  expect(await found()).toMatchObject({
    entries: { length: 3 },
    broken: [{ line: 2 }, { line: 3, because: expect.stringContaining('entry 3 does not follow entry 1') }],
  })
})

test('a clock that was set is an entry of its own, before what happened next', async () => {
  const clock = new VirtualClock()
  let wrong = 0
  const jumping = Object.assign(Object.create(clock) as VirtualClock, {
    now: () => instant(clock.now() + wrong),
    uptime: () => clock.uptime(),
    sleep: clock.sleep.bind(clock),
  })
  const { noteAlone, read } = panel({ clock: jumping })
  noteAlone('started')
  wrong = minutes(60)
  await read()
  noteAlone('armed')
  noteAlone('disarmed')
  const { entries } = examine(await read())
  expect(entries.map(({ event }) => event)).toEqual(['started', 'clock_set', 'armed', 'disarmed'])
  expect(entries[1]?.facts).toEqual({ seconds: 3600 })
})

test('after the end nothing is written any more: the folder may be gone', async () => {
  const { noteAlone, close, read } = panel()
  await close()
  noteAlone('armed')
  expect(examine(await read()).entries.map(({ event }) => event)).toEqual(['stopped'])
  expect(() => statSync(file(OLDER))).toThrow('ENOENT')
})
