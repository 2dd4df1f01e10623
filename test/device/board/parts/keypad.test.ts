import { expect, test } from 'vitest'
import { millis } from '#contract/time.ts'
import { keyOf, openKeypad } from '../../../../device/board/parts/keypad.ts'
import { createPlace, type Place } from '../site.ts'

const ROWS = [12, 16, 20, 21]
const COLUMNS = [18, 23, 24, 25]
const LAYOUT = ['123A', '456B', '789C', '*0#D']

const placesOf = (keys: string) =>
  [...keys].map((key) => {
    const row = LAYOUT.findIndex((line) => line.includes(key))
    return { row, column: LAYOUT[row]?.indexOf(key) ?? -1 }
  })

/** Sixteen contacts between the rows and columns of the board. */
function contacts({ io }: Place) {
  let down: ReturnType<typeof placesOf> = []
  const levels = COLUMNS.map(() => 1)
  const settle = () => {
    for (const [column, pin] of COLUMNS.entries()) {
      const isLow = down.some((key) => key.column === column && io.levelOf(ROWS[key.row] ?? -1) === 0)
      const level = isLow ? 0 : 1
      if (levels[column] === level) continue
      levels[column] = level
      io.turn(pin, level)
    }
  }
  io.wires = settle
  return (keys: string) => {
    down = placesOf(keys)
    settle()
  }
}

/** The same behind a PCF8574: a pin reads low when a key joins it to one that is written low. */
function expander({ io }: Place) {
  let down: ReturnType<typeof placesOf> = []
  let written = 0xff
  io.chips.set(0x20, {
    write: ([byte = 0xff]) => {
      written = byte
    },
    read: () => {
      const isLow = (line: number) => ((written >> line) & 1) === 0
      const low = down.flatMap(({ row, column }) => {
        const lines = [row, column + 4]
        return lines.some(isLow) ? lines : []
      })
      return [low.reduce((byte, line) => byte & ~(1 << line), written)]
    },
  })
  return Object.assign(
    (keys: string) => {
      down = placesOf(keys)
    },
    {
      losePower() {
        written = 0xff
      },
    },
  )
}

test.for([
  { what: 'on pins', wiring: { type: 'matrix', rows: ROWS, columns: COLUMNS }, build: contacts },
  { what: 'behind a PCF8574', wiring: { type: 'pcf8574', address: 0x20 }, build: expander },
] as const)('a keypad $what tells each key once, when it goes down', async ({ wiring, build }) => {
  const place = await createPlace()
  const hold = build(place)
  const pressed: string[] = []
  using _keypad = openKeypad(place.site, wiring, (key) => pressed.push(key))
  await place.clock.advance(millis(200))
  for (const keys of ['1', '', '5', '', '9', '', 'D', '', '#', '#', '#', '', '12', '', '0', '']) {
    hold(keys)
    await place.clock.advance(millis(250))
  }
  expect(pressed.join('')).toBe('159D#0')
  expect(place.said).toEqual([])
})

test('a contact that closes for a moment is no key', async () => {
  const place = await createPlace()
  const hold = contacts(place)
  const pressed: string[] = []
  using _keypad = openKeypad(place.site, { type: 'matrix', rows: ROWS, columns: COLUMNS }, (key) => pressed.push(key))
  await place.clock.advance(millis(100))
  hold('5')
  await place.clock.advance(millis(30))
  hold('')
  await place.clock.advance(millis(300))
  expect(pressed).toEqual([])
})

test('an expander that lost its power for a moment, without a word, is set up again', async () => {
  const place = await createPlace()
  const hold = expander(place)
  const pressed: string[] = []
  using _keypad = openKeypad(place.site, { type: 'pcf8574', address: 0x20 }, (key) => pressed.push(key))
  await place.clock.advance(millis(200))
  hold.losePower()
  await place.clock.advance(millis(10_000))
  hold('7')
  await place.clock.advance(millis(300))
  expect(pressed).toEqual(['7'])
})

test('a keypad that nobody touches costs nothing', async () => {
  const place = await createPlace()
  contacts(place)
  using _keypad = openKeypad(place.site, { type: 'matrix', rows: ROWS, columns: COLUMNS }, () => {})
  await place.clock.advance(millis(100))
  const { length } = place.io.written
  await place.clock.advance(millis(60_000))
  expect(place.io.written).toHaveLength(length)
})

test('an expander that does not answer is said once, and works again later', async () => {
  const place = await createPlace()
  const pressed: string[] = []
  using _keypad = openKeypad(place.site, { type: 'pcf8574', address: 0x20 }, (key) => pressed.push(key))
  await place.clock.advance(millis(30_000))
  expect(place.said).toHaveLength(1)
  const hold = expander(place)
  await place.clock.advance(millis(200))
  hold('7')
  await place.clock.advance(millis(300))
  expect(pressed).toEqual(['7'])
  expect(place.said.at(-1)).toBe('i2c-1 0x20: a part of the board works again')
})

test.for([
  { rows: [0], columns: [3], key: 'A' },
  { rows: [3], columns: [0], key: '*' },
  { rows: [0, 1], columns: [0], key: undefined },
  { rows: [], columns: [], key: undefined },
])('rows $rows and columns $columns are the key $key', ({ rows, columns, key }) => {
  expect(keyOf({ rows, columns })).toBe(key)
})
