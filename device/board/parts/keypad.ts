// A four-by-four keypad of bare contacts: four rows, four columns, and a key joins one of each.
import { CALLED_OFF } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'
import type { KeypadWiring } from '../../wiring/security.ts'
import { i2cPart, pinPart } from '../trouble.ts'
import { readI2c, writeI2c } from './i2c.ts'
import { type Level, RETRY_AFTER, type Site } from './site.ts'

/** As it is printed on nearly all of them. */
const KEYS = ['123A', '456B', '789C', '*0#D'] as const

const LINES = [0, 1, 2, 3]
/** One look; a contact bounces for less than this, so one that two looks in a row agree on is real. */
const LOOK_EVERY = millis(30)
/** A finger is on a key for a tenth of a second and more. */
const POLL_EVERY = millis(50)
/** For the levels to settle, and for the plugin to tell of them. */
const SETTLES_IN = millis(5)

/** Which rows and columns are joined now, by their numbers; more than one of either is more than one key. */
export interface Joined {
  readonly rows: readonly number[]
  readonly columns: readonly number[]
}

/** The one key that is down, or undefined: two at once are a sleeve, or somebody who tries. */
export function keyOf({ rows, columns }: Joined): string | undefined {
  const [row, ...moreRows] = rows
  const [column, ...moreColumns] = columns
  if (row === undefined || column === undefined || moreRows.length + moreColumns.length > 0) return undefined
  return KEYS[row]?.[column]
}

interface Matrix {
  /** What the log calls it. */
  readonly part: string
  /** Resolves when a key may be down. Rejects when `signal` aborts, or the chip does not answer. */
  touched(signal: AbortSignal): Promise<void>
  look(): Promise<Joined>
}

/** Hears each key once, when it goes down. */
export function openKeypad(site: Site, wiring: KeypadWiring, pressed: (key: string) => void): Disposable {
  const { clock, notices } = site
  const matrix = wiring.type === 'matrix' ? onPins(site, wiring) : onExpander(site, wiring)
  const closed = new AbortController()
  const { signal } = closed

  const scan = async () => {
    let before: string | undefined
    let down: string | undefined
    while (!signal.aborted) {
      try {
        if (before === undefined && down === undefined) await matrix.touched(signal)
        const key = keyOf(await matrix.look())
        notices.worked(matrix.part)
        if (key === before && key !== down) {
          down = key
          if (key !== undefined) pressed(key)
        }
        before = key
      } catch (error) {
        if (!signal.aborted) notices.failed(matrix.part, error)
      }
      await clock.sleep(LOOK_EVERY, signal).catch(() => {})
    }
  }
  void scan()
  return { [Symbol.dispose]: () => closed.abort(CALLED_OFF) }
}

/** Rows pull to ground one after the other; columns are pulled up, and a key makes its column low. */
function onPins(site: Site, { rows, columns }: Extract<KeypadWiring, { type: 'matrix' }>): Matrix {
  const { io, clock } = site
  const levels = new Map<number, Level>()
  let wake = () => {}
  const pull = (low: (row: number) => boolean) => {
    for (const [index, pin] of rows.entries()) io.digitalWrite(pin, low(index) ? 0 : 1)
  }
  for (const pin of columns) {
    io.pinMode(pin, io.MODES.INPUT)
    io.digitalWrite(pin, 1)
    io.digitalRead(pin, (level) => {
      levels.set(pin, level)
      wake()
    })
  }
  for (const pin of rows) io.pinMode(pin, io.MODES.OUTPUT)
  pull(() => true)
  const lowColumns = () => LINES.filter((column) => levels.get(columns[column] ?? -1) === 0)
  return {
    part: pinPart(columns[0] ?? 0),
    async touched(signal) {
      while (lowColumns().length === 0)
        await nextCall(signal, (resolve) => {
          wake = resolve
        })
    },
    async look() {
      const found = new Set<number>()
      const foundRows: number[] = []
      for (const row of LINES) {
        pull((each) => each === row)
        await clock.sleep(SETTLES_IN)
        const low = lowColumns()
        if (low.length > 0) foundRows.push(row)
        for (const column of low) found.add(column)
      }
      pull(() => true)
      await clock.sleep(SETTLES_IN)
      return { rows: foundRows, columns: [...found] }
    },
  }
}

/** Resolves when what `take` is given is called. */
function nextCall(signal: AbortSignal, take: (resolve: () => void) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const stop = () => reject(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  take(resolve)
  return promise.finally(() => signal.removeEventListener('abort', stop))
}

/** Rows on the chip's pins 0 to 3, columns on 4 to 7: first the rows pull down and the columns are read, then the other way round. */
function onExpander(site: Site, { type, address }: Extract<KeypadWiring, { address: number }>): Matrix {
  const isMcp = type === 'mcp23017'
  let low: 'rows' | 'columns' | undefined
  let arrangedAt = site.clock.uptime()
  const arrange = (wanted: 'rows' | 'columns') => {
    const inputs = wanted === 'rows' ? 0xf0 : 0x0f
    // A PCF8574 has no directions: a pin that is written high is a weak pull-up, and can be read.
    const writes = isMcp
      ? [
          [OLATA, 0],
          [GPPUA, inputs],
          [IODIRA, inputs],
        ]
      : [[inputs]]
    for (const bytes of writes) writeI2c(site, address, bytes)
    low = wanted
    arrangedAt = site.clock.uptime()
  }
  const readLow = async (): Promise<readonly number[]> => {
    const [byte = 0xff] = await readI2c(site, { address, register: isMcp ? GPIOA : undefined, length: 1 })
    const nibble = low === 'rows' ? byte >> 4 : byte & 0x0f
    return LINES.filter((line) => ((nibble >> line) & 1) === 0)
  }
  return {
    part: i2cPart(site, address),
    async touched(signal) {
      for (;;) {
        // It may have lost its power for a moment and forgotten everything, without a word.
        if (low !== 'rows' || site.clock.uptime() - arrangedAt >= RETRY_AFTER) arrange('rows')
        if ((await readLow()).length > 0) return
        site.notices.worked(i2cPart(site, address))
        await site.clock.sleep(POLL_EVERY, signal)
      }
    },
    async look() {
      arrange('rows')
      const columns = await readLow()
      arrange('columns')
      const rows = await readLow()
      arrange('rows')
      return { rows, columns }
    },
  }
}

/** MCP23017 (Microchip DS20001952), IOCON.BANK = 0. */
const IODIRA = 0x00
const GPPUA = 0x0c
const GPIOA = 0x12
const OLATA = 0x14
