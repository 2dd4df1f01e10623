// An LCD of two lines of sixteen, behind a PCF8574 on I2C.
import type { LCD } from 'johnny-five'
import { type Display, padded } from '../../display/display.ts'
import { i2cPart } from '../trouble.ts'
import { keepUp, writeI2c } from './i2c.ts'
import type { Site } from './site.ts'

const SIZE = { columns: 16, rows: 2 } as const

/** HD44780U, character ROM A00. */
const DEGREE = String.fromCharCode(0xdf)
/** Letters that its ROM lacks would come out as Katakana. */
const forRom = (line: string): string => line.replaceAll('°', DEGREE).replace(/[^ -~\u00df]/g, '?')

/** Draws the lines that changed: each letter takes the bus a millisecond. */
export async function openLcd(site: Site, address: number): Promise<Display> {
  const { default: Lcd } = await import('johnny-five/lib/lcd.js')
  const { board, notices } = site
  const name = i2cPart(site, address)
  let wanted = padded([], SIZE)
  let drawn: readonly string[] = []
  let lcd: LCD | undefined

  const draw = () => {
    if (lcd === undefined || notices.isTroubled(name)) return
    for (const [row, line] of wanted.entries()) if (line !== drawn[row]) lcd.cursor(row, 0).print(line)
    drawn = wanted
  }
  const begin = () => {
    drawn = []
    lcd = new Lcd({ board, controller: 'PCF8574', address, ...{ rows: SIZE.rows, cols: SIZE.columns } })
    draw()
  }
  const keeping = keepUp(site, address, {
    begin,
    // All lines low: no letter comes of it, and the light goes out that nobody sees.
    probe: () => writeI2c(site, address, [0]),
  })
  return {
    ...SIZE,
    show(lines) {
      wanted = padded(lines.map(forRom), SIZE)
      try {
        draw()
      } catch (error) {
        notices.failed(name, error)
      }
    },
    [Symbol.dispose]: () => keeping[Symbol.dispose](),
  }
}
