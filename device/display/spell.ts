// A code spelled by one LED. Each letter is a place in this grid: first its row is blinked, then its column; docs/wiring.md prints it.
// The first four rows are the letters that our hub's codes are made of; the rest is for other servers'.
import type { Pattern } from './pattern.ts'

export const GRID = ['BCDFG', 'HJKLM', 'NPQRS', 'TVWXZ', '01234', '56789', 'AEIOU', 'Y'] as const

const BLINK = { on: 250, off: 350 } as const
const BETWEEN_ROW_AND_COLUMN = 1200
const BETWEEN_LETTERS = 3000
/** One long light: here the code begins. */
const BEGIN = { on: 3000, off: 3000 } as const

export interface Place {
  /** Both count from 1. */
  readonly row: number
  readonly column: number
}

/** Undefined for what is not in the grid, such as the hyphen of a code. */
export function placeOf(letter: string): Place | undefined {
  const row = GRID.findIndex((letters) => letters.includes(letter.toUpperCase()))
  const column = GRID[row]?.indexOf(letter.toUpperCase())
  return column === undefined || letter === '' ? undefined : { row: row + 1, column: column + 1 }
}

/** Again and again, for as long as the code is good. */
export function spell(userCode: string): Pattern {
  const places = [...userCode].flatMap((letter) => placeOf(letter) ?? [])
  const lengths = places.flatMap(({ row, column }) => [
    ...blinks(row, BETWEEN_ROW_AND_COLUMN),
    ...blinks(column, BETWEEN_LETTERS),
  ])
  return { lengths: [BEGIN.on, BEGIN.off, ...lengths], repeat: true }
}

/** `count` short ones, and a pause of `after` instead of the last gap. */
const blinks = (count: number, after: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => [BLINK.on, index === count - 1 ? after : BLINK.off]).flat()
