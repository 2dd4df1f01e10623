import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  chain,
  type Entry,
  examine,
  formatEntry,
  type Happening,
  readEntry,
  SEGMENT,
} from '../../../device/security/log-chain.ts'

const happening = (event: string, facts: Happening['facts'] = {}): Happening => ({
  ...{ at: '2030-01-14T06:00:00.000Z', synced: true, event, facts },
})
const chainOf = (length: number): readonly Entry[] => {
  const entries: Entry[] = []
  for (let n = 0; n < length; n++) entries.push(chain(entries.at(-1), happening('entry', { zones: [`zone-${n}`] })))
  return entries
}
const textOf = (entries: readonly Entry[]) => entries.map(formatEntry).join('')

test('the hash is SHA-256 of the canonical form of RFC 8785, whatever the order of the facts', () => {
  const one = chain(undefined, happening('disarmed', { user: 'Zoé', from: 'hub' }))
  const other = chain(undefined, happening('disarmed', { from: 'hub', user: 'Zoé' }))
  // printf '%s' '{"at":…,"event":…,"facts":{"from":…,"user":…},"n":1,"prev":"0…0","synced":true}' | sha256sum
  expect(one.hash).toBe('7f64678cc39cc2400b9b76d9d0429253689eff622f2ea131d40e47a20e8ef4cb')
  expect(other.hash).toBe(one.hash)
})

test('a chain that nobody touched holds, also after the ring has dropped its oldest file', () => {
  const entries = chainOf(SEGMENT + 3)
  expect(examine(textOf(entries))).toEqual({ entries, broken: [], isCutOff: false })
  expect(examine(textOf(entries.slice(SEGMENT))).broken).toEqual([])
  expect(examine('')).toEqual({ entries: [], broken: [], isCutOff: false })
})

const [first, second, third, fourth] = chainOf(4) as [Entry, Entry, Entry, Entry]
const rehashed = (entry: Entry) => chain({ ...first, hash: entry.prev }, { ...entry, event: 'disarmed' })

test.for([
  {
    what: 'another fact',
    text: textOf([first, { ...second, facts: { zones: ['attic'] } }, third]),
    broken: [{ line: 2, because: 'entry 2 was changed' }],
  },
  {
    what: 'a time moved',
    text: textOf([first, second, { ...third, at: '2031-01-14T06:00:00.000Z' }]),
    broken: [{ line: 3, because: 'entry 3 was changed' }],
  },
  {
    what: 'an entry changed with its hash',
    text: textOf([first, rehashed(second), third]),
    broken: [
      { line: 3, because: 'entry 3 does not follow entry 2: something was changed, taken out or put in between' },
    ],
  },
  {
    what: 'an entry taken out',
    text: textOf([first, third]),
    broken: [
      { line: 2, because: 'entry 3 does not follow entry 1: something was changed, taken out or put in between' },
    ],
  },
  {
    what: 'the first taken out',
    text: textOf([second, third]),
    broken: [{ line: 1, because: 'what came before entry 2 was taken out' }],
  },
  {
    what: 'a line that is none',
    text: `${textOf([first])}nonsense\n${textOf([second])}`,
    broken: [{ line: 2, because: 'it cannot be read' }],
  },
  { what: 'half a line at the end', text: `${textOf([first, second])}{"n":3,"at":"20`, broken: [] },
])('$what is found: $broken', ({ text, broken }) => {
  expect(examine(text).broken).toEqual(broken)
})

test('half a line at the end is what a power cut leaves, and said as that', () => {
  expect(examine(`${textOf([first])}{"n":2`)).toMatchObject({ entries: [first], isCutOff: true })
  expect(examine(textOf([first, second]).trimEnd())).toMatchObject({ entries: [first, second], isCutOff: false })
})

test('no entry can be changed, taken out, put in or moved unseen', () => {
  const whole = [first, second, third, fourth]
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(0, 1, 2, 3), { minLength: 1 }),
      fc.constantFrom<keyof Entry>('n', 'at', 'event', 'prev', 'hash'),
      fc.integer({ min: 0, max: 3 }),
      (order, field, at) => {
        const moved = order.map((index) => whole[index] as Entry)
        // Taking away the end is all that a chain alone does not show: whoever kept its head sees that too.
        const isPrefix = order.every((index, place) => index === place)
        expect(examine(textOf(moved)).broken.length === 0).toBe(isPrefix)
        const touched = whole.map((entry, index) => (index === at ? { ...entry, [field]: touch(entry[field]) } : entry))
        expect(examine(textOf(touched as Entry[])).broken).not.toEqual([])
      },
    ),
  )
})

const touch = (value: unknown) =>
  typeof value === 'number' ? value + 1 : String(value).replace(/.$/, (end) => (end === '0' ? '1' : '0'))

test('an entry reads back as it was written, and nothing else does', () => {
  expect(readEntry(formatEntry(third))).toEqual(third)
  expect(readEntry(JSON.stringify({ ...third, more: 1 }))).toBeUndefined()
  expect(readEntry('')).toBeUndefined()
})
