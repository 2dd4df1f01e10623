// An OLED of 128 by 64 dots (Solomon SSD1306) on I2C: eight lines of twenty-one letters.
import { type Display, padded } from '../../display/display.ts'
import { columnsOf } from '../../display/font.ts'
import { i2cPart } from '../trouble.ts'
import { keepUp, writeI2c } from './i2c.ts'
import type { Site } from './site.ts'

const WIDTH = 128
const SIZE = { columns: 21, rows: 8 } as const

/** The first byte of each write: what follows is commands, or dots (section 8.1.5.2). */
const COMMANDS = 0x00
const DOTS = 0x40
/** Section 9 and the application example of 128x64 modules: page addressing, charge pump on, rightside up. */
const BEGIN = [
  ...[0xae, 0xd5, 0x80, 0xa8, 0x3f, 0xd3, 0x00, 0x40, 0x8d, 0x14, 0x20, 0x02, 0xa1, 0xc8],
  ...[0xda, 0x12, 0x81, 0x7f, 0xd9, 0xf1, 0xdb, 0x40, 0xa4, 0xa6, 0xaf],
]
const NOTHING = [0xe3]
const OFF = [0xae]
/** The start of a page: its number, then column 0. */
const atPage = (page: number) => [0xb0 | page, 0x00, 0x10]

/** An Arduino takes no more at once. */
const AT_ONCE = 16

/** Draws the lines that changed: each takes the bus twelve milliseconds. */
export function openOled(site: Site, address: number): Display {
  const { notices } = site
  const name = i2cPart(site, address)
  let wanted = padded([], SIZE)
  let drawn: readonly string[] = []
  const command = (bytes: readonly number[]) => writeI2c(site, address, [COMMANDS, ...bytes])

  const drawLine = (line: string, page: number) => {
    command(atPage(page))
    const dots = dotsOf(line)
    for (let at = 0; at < WIDTH; at += AT_ONCE) writeI2c(site, address, [DOTS, ...dots.slice(at, at + AT_ONCE)])
  }
  const draw = () => {
    if (notices.isTroubled(name)) return
    for (const [page, line] of wanted.entries()) if (line !== drawn[page]) drawLine(line, page)
    drawn = wanted
  }
  const keeping = keepUp(site, address, {
    begin() {
      drawn = []
      for (let at = 0; at < BEGIN.length; at += AT_ONCE) command(BEGIN.slice(at, at + AT_ONCE))
      draw()
    },
    probe: () => command(NOTHING),
  })
  return {
    ...SIZE,
    show(lines) {
      wanted = padded(lines, SIZE)
      try {
        draw()
      } catch (error) {
        notices.failed(name, error)
      }
    },
    [Symbol.dispose]() {
      keeping[Symbol.dispose]()
      try {
        if (!notices.isTroubled(name)) command(OFF)
      } catch (error) {
        notices.failed(name, error)
      }
    },
  }
}

/** A row of letters, six dots each, and two to spare. */
function dotsOf(line: string): readonly number[] {
  const dots = [...line].flatMap((letter) => [...columnsOf(letter), 0])
  return Array.from({ length: WIDTH }, (_, column) => dots[column] ?? 0)
}
