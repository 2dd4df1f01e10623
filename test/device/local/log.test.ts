import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { runLogCommand } from '../../../device/local/log.ts'
import { holdFolder } from '../../../device/local/socket.ts'
import { chain, type Entry, formatEntry } from '../../../device/security/log-chain.ts'
import { quiet } from '../../quiet.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = '2030-01-14T06:00:00.000Z'
const started = chain(undefined, { at, synced: false, event: 'started', facts: { state: 'disarmed' } })
const armed = chain(started, { at, synced: true, event: 'armed', facts: { mode: 'armed_away', zones: [] } })
const keep = (entries: readonly Entry[], more = '') =>
  writeFileSync(join(folder, 'panel-log.ndjson'), entries.map(formatEntry).join('') + more)

const show = async (verify: boolean, place = folder) => {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const code = await runLogCommand({ kind: 'security', folder: place, json: false, verify, clock: systemClock, print })
  return { code, text: lines.join('\n') }
}
const ENTRIES = `     1  ${at}?  started          state: disarmed
     2  ${at}   armed            mode: armed_away`

test('an entry a line, with a mark where nobody had confirmed the clock', async () => {
  keep([started, armed])
  expect(await show(false)).toEqual({ code: 0, text: ENTRIES })
})

test('a chain that holds is said with its head, and where the power went', async () => {
  keep([started, armed], '{"n":3')
  const text = `${ENTRIES}

The chain holds from entry 1 to 2.
Its head: ${armed.hash}
The last line is half written: the power went. The next start drops it.`
  expect(await show(true)).toEqual({ code: 0, text })
})

test('one that does not is said with every line where it breaks', async () => {
  keep([started, { ...armed, at }, { ...armed, n: 3 }])
  const { code, text } = await show(true)
  expect(code).toBe(1)
  expect(text.split('\n').slice(3)).toEqual(['', 'BROKEN at line 3: entry 3 was changed'])
})

test('a folder without a log has none, and one that is not there is an error', async () => {
  expect(await show(true)).toEqual({ code: 0, text: 'Nothing has been logged.' })
  const elsewhere = join(folder, 'elsewhere')
  await expect(show(false, elsewhere)).rejects.toThrow(
    `Cannot read the log in ${elsewhere} as it must be a panel's folder`,
  )
})

test('an agent that runs is asked, and what it refuses is no reason to read behind its back', async () => {
  keep([started])
  await using local = await holdFolder({ folder, clock: systemClock, log: quiet })
  await expect(show(false)).rejects.toThrow('the agent is starting')
  local.serve(async () => ({ ok: true, log: formatEntry(started) + formatEntry(armed) }))
  expect(await show(false)).toEqual({ code: 0, text: ENTRIES })
})
