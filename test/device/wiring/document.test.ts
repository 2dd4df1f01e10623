// The files in docs/wiring.md are files that a device takes, and its tables say what is true.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { KINDS } from '#contract/ids.ts'
import { GRID } from '../../../device/display/spell.ts'
import { usesOf } from '../../../device/wiring/uses.ts'
import { readWiring } from '../../../device/wiring/wiring.ts'
import { readYaml } from '../../../device/wiring/yaml.ts'

const document = readFileSync(new URL('../../../docs/wiring.md', import.meta.url), 'utf8')
const files = [...document.matchAll(/```yaml\n([^`]+)```/g)].map(([, text = '']) => text)

/** Places of the 40-pin header, from 1: what is not a GPIO is left out. */
const HEADER: Readonly<Record<number, number>> = {
  ...{ 3: 2, 5: 3, 7: 4, 8: 14, 10: 15, 11: 17, 12: 18, 13: 27, 15: 22, 16: 23, 18: 24, 19: 10, 21: 9, 22: 25, 23: 11 },
  ...{ 24: 8, 26: 7, 27: 0, 28: 1, 29: 5, 31: 6, 32: 12, 33: 13, 35: 19, 36: 16, 37: 26, 38: 20, 40: 21 },
}

const read = (text: string, index: number) => {
  const kind = KINDS[index]
  if (kind === undefined) throw new Error('Cannot read the document as it must have one file a kind')
  return readWiring(readYaml(text, 'docs/wiring.md'), { kind, file: 'docs/wiring.md' })
}

test('there is one file a kind, and each is taken', () => {
  expect(files.map((text, index) => read(text, index).kind)).toEqual([...KINDS])
})

test('each commented alternative is taken as well', () => {
  const withServo = (files[1] ?? '').replace(/ {2}magnet.*\n/, '').replace('# servo:', 'servo:')
  expect(() => read(withServo.replace(/# (lighter|darker):/g, '$1:'), 1)).not.toThrow()
  for (const type of ['pcf8574', 'mcp23017']) {
    const behind = (files[2] ?? '')
      .replace(/ {2}keypad:.*\n/, '')
      .replace(`# keypad: { type: ${type}`, `keypad: { type: ${type}`)
    expect(() => read(behind, 2)).not.toThrow()
  }
  for (const [, regulator] of (files[0] ?? '').matchAll(/# (\{ type: .*\})/g)) {
    expect(() => read((files[0] ?? '').replace('regulator: tpi', `regulator: ${regulator}`), 0)).not.toThrow()
  }
})

test('each row of a wiring table has the place of its GPIO, and each pin of a file is in its table', () => {
  const sections = document.split(/^## /m).filter((section) => section.includes('| header | GPIO |'))
  expect(sections).toHaveLength(KINDS.length)
  for (const [index, section] of sections.entries()) {
    const rows = [...section.matchAll(/^\| ([\d, ]+) \| ([\d, ]+) \|/gm)].flatMap(([, places = '', pins = '']) => {
      const numbers = pins.split(', ').map(Number)
      return places.split(', ').map((place, at) => ({ place: Number(place), pin: numbers[at] }))
    })
    for (const { place, pin } of rows) expect(HEADER[place]).toBe(pin)
    const inTable = rows.map(({ pin }) => pin)
    for (const use of usesOf(read(files[index] ?? '', index))) {
      if (use.type === 'pin') expect(inTable).toContain(use.pin)
    }
  }
})

test('the grid is the one that the LED spells by', () => {
  const rows = [...document.matchAll(/^\| \*\*\d\*\* \|(.*)\|$/gm)].map(([, cells = '']) => cells.replace(/[ |]/g, ''))
  expect(rows).toEqual([...GRID])
})
