// What a panel saw while nobody listened.
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonObject } from '#contract/property.ts'
import { minutes } from '#contract/time.ts'
import type { Announcement } from '../../../device/control.ts'
import { openEventLog } from '../../../device/link/event-log.ts'
import { createOutbox, type Outbox } from '../../../device/link/outbox.ts'
import { createReports, readReport } from '../../../device/link/reports.ts'
import type { ProductListener, RunningProduct } from '../../../device/run.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { until } from '../../home.ts'
import { quiet } from '../../quiet.ts'

const event = (seq: number): Announcement => ({
  path: 'panel/event',
  value: { event_type: 'entry', seq, at: '2030-01-14T06:00:00.000Z' },
})
const momentary: Announcement = { path: 'cycle/event', value: { event_type: 'done' } }
const seqOf = ({ value }: Announcement) => (value as JsonObject).seq

/** A product of which only its events matter. */
function createSource() {
  let happen: ProductListener['happened']
  const product = {
    listen({ happened }: ProductListener) {
      happen = happened
      return () => {}
    },
  } as RunningProduct
  return {
    product,
    happen(...all: readonly Announcement[]) {
      for (const each of all) happen?.(each)
    },
  }
}

/** A connection that takes so many and then ends. */
function connect(outbox: Outbox, takes = Number.POSITIVE_INFINITY) {
  const arrived: Announcement[] = []
  const stop = outbox.deliver(async (announcement) => {
    if (arrived.length >= takes) throw new Error('the connection was closed')
    arrived.push(announcement)
  })
  return { arrived, stop }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('events', () => {
  test('for the log of the device alone go nowhere, and neither does what it keeps beside them', async () => {
    const { product, happen } = createSource()
    const outbox = createOutbox({ product, log: quiet, kept: undefined, before: [] })
    const { arrived } = connect(outbox)
    happen({ ...event(1), local: true }, { ...event(2), noted: { user: 'Anna' } })
    await settled()
    expect(arrived).toEqual([event(2)])
  })

  test('that nobody heard come in their order, once, when somebody does; later ones follow', async () => {
    const { product, happen } = createSource()
    const outbox = createOutbox({ product, log: quiet, kept: undefined, before: [] })
    happen(event(1), event(2), event(3))
    const { arrived } = connect(outbox)
    await settled()
    happen(event(4))
    await settled()
    expect(arrived.map(seqOf)).toEqual([1, 2, 3, 4])
  })

  test('that a connection lost on its way come with the next', async () => {
    const { product, happen } = createSource()
    const outbox = createOutbox({ product, log: quiet, kept: undefined, before: [] })
    const first = connect(outbox, 1)
    happen(event(1), event(2), event(3))
    await settled()
    first.stop()
    const second = connect(outbox)
    await settled()
    expect([first.arrived.map(seqOf), second.arrived.map(seqOf)]).toEqual([[1], [2, 3]])
  })

  test('of the moment are told now or never', async () => {
    const { product, happen } = createSource()
    const outbox = createOutbox({ product, log: quiet, kept: undefined, before: [] })
    happen(momentary)
    const { arrived } = connect(outbox)
    await settled()
    expect(arrived).toEqual([])
    happen(momentary)
    await settled()
    expect(arrived).toEqual([momentary])
  })

  test('of a month without a hub: the newest thousand', async () => {
    const { product, happen } = createSource()
    const outbox = createOutbox({ product, log: quiet, kept: undefined, before: [] })
    happen(...Array.from({ length: 1_500 }, (_, index) => event(index + 1)))
    const { arrived } = connect(outbox)
    await until(() => arrived.length === 1_000, 'all of them')
    expect(arrived.map(seqOf)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 501))
  })
})

describe('on disk, where somebody asked for it', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('they survive a power cut, half a line included, and are gone once somebody has them', async () => {
    const { product, happen } = createSource()
    const first = await openEventLog(folder)
    createOutbox({ product, log: quiet, kept: first.log, before: first.before })
    happen(event(1), event(2))
    const file = join(folder, 'events.ndjson')
    await until(async () => (await openEventLog(folder)).before.length === 2, 'both on disk')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    appendFileSync(file, '\n{"path":"panel/ev')

    const again = createSource()
    const second = await openEventLog(folder)
    const outbox = createOutbox({ product: again.product, log: quiet, kept: second.log, before: second.before })
    again.happen(event(3))
    const third = await until(async () => {
      const { before } = await openEventLog(folder)
      return before.length === 3 && before
    }, 'the third after the broken line')
    expect(third.map(seqOf)).toEqual([1, 2, 3])

    const { arrived } = connect(outbox)
    await until(() => arrived.length === 3, 'all three')
    await until(async () => (await openEventLog(folder)).before.length === 0, 'an empty disk')
  })
})

test('a year without a hub does not fill the card', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    const { log } = await openEventLog(folder)
    for (let seq = 1; seq <= 2_500; seq++) await log.append(event(seq))
    const lines = readFileSync(join(folder, 'events.ndjson'), 'utf8').split('\n')
    expect(lines.length).toBeLessThan(2_100)
    expect((await openEventLog(folder)).before.map(seqOf).slice(-2)).toEqual([2_499, 2_500])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('nor does one in which the power goes again and again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    const earlier = Array.from({ length: 1_990 }, (_, index) => JSON.stringify(event(index + 1)))
    writeFileSync(join(folder, 'events.ndjson'), earlier.join('\n'))
    const { log } = await openEventLog(folder)
    for (let seq = 1_991; seq <= 2_190; seq++) await log.append(event(seq))
    const lines = readFileSync(join(folder, 'events.ndjson'), 'utf8').split('\n')
    expect(lines.length).toBeLessThan(2_100)
    expect((await openEventLog(folder)).before.map(seqOf).slice(-2)).toEqual([2_189, 2_190])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

describe('reports', () => {
  test('the newest twenty wait, and no more than twenty a minute are told', () => {
    const clock = new VirtualClock()
    const reports = createReports(clock)
    for (let count = 1; count <= 30; count++) reports.add({ level: 'warn', text: String(count) })
    const told: string[] = []
    reports.deliver(({ text }) => told.push(text))
    expect(told).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 11)))
    reports.add({ level: 'error', text: 'in the same minute' })
    expect(told).toHaveLength(20)
  })

  test('a minute later it goes on', async () => {
    const clock = new VirtualClock()
    const reports = createReports(clock)
    const told: string[] = []
    reports.deliver(({ text }) => told.push(text))
    for (let count = 1; count <= 30; count++) reports.add({ level: 'warn', text: String(count) })
    await clock.advance(minutes(1))
    reports.add({ level: 'warn', text: 'later' })
    expect(told.slice(-2)).toEqual(['20', 'later'])
  })

  test.for([
    {
      line: '{"level":40,"time":1,"kind":"thermostat","because":"no answer","msg":"offline"}',
      text: 'offline: no answer',
    },
    { line: '{"level":50,"time":1,"err":{"message":"a path"},"msg":"a step failed"}', text: 'a step failed' },
    { line: '{"level":30,"time":1,"msg":"online"}', text: undefined },
    { line: 'not of ours', text: undefined },
  ])('$line', ({ line, text }) => {
    expect(readReport(line)?.text).toBe(text)
  })
})
