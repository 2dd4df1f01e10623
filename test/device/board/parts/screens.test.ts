import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { openLcd } from '../../../../device/board/parts/lcd.ts'
import { openOled } from '../../../../device/board/parts/oled.ts'
import { columnsOf } from '../../../../device/display/font.ts'
import { createPlace } from '../site.ts'

/** An HD44780 in four-bit mode behind a PCF8574: RS, EN and the light on pins 0, 2 and 3, data on 4 to 7. */
function createHd44780() {
  const letters = new Map<number, number>()
  let at = 0
  let isDots = false
  let half: number | undefined
  let before = 0
  let fourBits = false
  return {
    write(bytes: readonly number[]) {
      for (const byte of bytes) {
        const falls = (before & 4) !== 0 && (byte & 4) === 0
        const latched = before
        before = byte
        if (!falls) continue
        const nibble = latched >> 4
        if (!fourBits) {
          fourBits = nibble === 2
          continue
        }
        if (half === undefined) {
          half = nibble
          continue
        }
        const value = (half << 4) | nibble
        half = undefined
        if ((latched & 1) !== 0) {
          if (!isDots) letters.set(at++, value)
        } else if (value & 0x80) {
          at = value & 0x7f
          isDots = false
        } else if (value & 0x40) isDots = true
        else if (value === 1) {
          letters.clear()
          at = 0
        }
      }
    },
    line: (row: number) =>
      Array.from({ length: 16 }, (_, column) => String.fromCharCode(letters.get(row * 0x40 + column) ?? 0x20)).join(''),
  }
}

test('an LCD shows its lines, and draws again after it was away', async () => {
  const { io, clock, site, said } = await createPlace()
  const screen = await openLcd(site, 0x27)
  screen.show(['21.4° > 22.0°', 'heating'])
  const chip = createHd44780()
  io.chips.set(0x27, chip)
  await clock.advance(seconds(10))
  expect([chip.line(0), chip.line(1)]).toEqual(['21.4\u00df > 22.0\u00df   ', 'heating         '])
  screen.show(['21.5° > 22.0°', 'idle'])
  expect([chip.line(0), chip.line(1)]).toEqual(['21.5\u00df > 22.0\u00df   ', 'idle            '])
  expect(said).toEqual([
    'i2c-1 0x27: a part of the board does not work: it is tried again',
    'i2c-1 0x27: a part of the board works again',
  ])
  screen[Symbol.dispose]()
})

/** The memory of an SSD1306 in page mode. */
function createSsd1306() {
  const pages = Array.from({ length: 8 }, () => new Array<number>(128).fill(0xff))
  let page = 0
  let column = 0
  const touched: number[] = []
  return {
    touched,
    write([control, ...bytes]: readonly number[]) {
      if (control === 0x00 && ((bytes[0] ?? 0) & 0xf0) === 0xb0) {
        page = (bytes[0] ?? 0) & 0x0f
        column = 0
        touched.push(page)
      }
      if (control === 0x40) for (const byte of bytes) (pages[page] ?? [])[column++] = byte
    },
    dots: (page: number, letters: number) => pages[page]?.slice(0, letters * 6),
    rest: (page: number, letters: number) => pages[page]?.slice(letters * 6),
  }
}

test('an OLED draws only the lines that changed', async () => {
  const { io, site } = await createPlace()
  const chip = createSsd1306()
  io.chips.set(0x3c, chip)
  using screen = openOled(site, 0x3c)
  screen.show(['', 'WDJB'])
  expect(chip.dots(1, 4)).toEqual([...'WDJB'].flatMap((letter) => [...columnsOf(letter), 0]))
  expect(chip.rest(1, 4)?.every((dots) => dots === 0)).toBe(true)
  chip.touched.length = 0
  screen.show(['', 'WDJB', 'x'])
  expect(chip.touched).toEqual([2])
})

test('a screen that is missing disturbs nobody', async () => {
  const { site, said, clock } = await createPlace()
  using screen = openOled(site, 0x3c)
  screen.show(['21.4°'])
  await clock.advance(seconds(120))
  expect(said).toHaveLength(1)
})
