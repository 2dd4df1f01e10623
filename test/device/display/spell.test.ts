import { expect, test } from 'vitest'
import { lengthOf } from '../../../device/display/pattern.ts'
import { GRID, placeOf, spell } from '../../../device/display/spell.ts'

/** The letters that our hub makes codes of. */
const ALPHABET = 'BCDFGHJKLMNPQRSTVWXZ'

test('every letter of a code is in the first four rows, and no two share a place', () => {
  const places = [...ALPHABET].map(placeOf)
  expect(places.every((place) => place !== undefined && place.row <= 4 && place.column <= 5)).toBe(true)
  expect(new Set(places.map((place) => `${place?.row} ${place?.column}`)).size).toBe(ALPHABET.length)
})

test('every other letter and digit is somewhere in the grid', () => {
  expect([...GRID.join('')].sort().join('')).toBe('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ')
})

test.for([
  { letter: 'B', place: { row: 1, column: 1 } },
  { letter: 'z', place: { row: 4, column: 5 } },
  { letter: '7', place: { row: 6, column: 3 } },
  { letter: '-', place: undefined },
  { letter: '', place: undefined },
])('the place of "$letter" is $place', ({ letter, place }) => {
  expect(placeOf(letter)).toEqual(place)
})

/** Reads a light as a person would: short ones are counted, and pauses told apart by their length. */
function readLight(lengths: readonly number[]): string {
  const counts: number[] = []
  let count = 0
  for (let at = 2; at < lengths.length; at += 2) {
    count++
    if ((lengths[at + 1] ?? 0) > 1000) {
      counts.push(count)
      count = 0
    }
  }
  return Array.from({ length: counts.length / 2 }, (_, index) => {
    const [row = 0, column = 0] = counts.slice(index * 2, index * 2 + 2)
    return GRID[row - 1]?.[column - 1]
  }).join('')
}

test('whoever counts the blinks reads the code, within two minutes', () => {
  const pattern = spell('WDJB-MJHT')
  expect(readLight(pattern.lengths)).toBe('WDJBMJHT')
  expect(pattern.repeat).toBe(true)
  expect(lengthOf(pattern)).toBeLessThan(120_000)
})
