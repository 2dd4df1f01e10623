import { expect, test } from 'vitest'
import { answering, expecting } from '../../../simulator/scenario/expectations.ts'
import type { Expectation } from '../../../simulator/scenario/schema.ts'
import { createStandIn, type Facts, SPAN, START } from './stand-in.ts'

/** How things are from so many minutes after the start. */
type Course = readonly (readonly [minute: number, facts: Facts])[]

function watch(expectation: Expectation, course: Course) {
  const { home, is, goTo } = createStandIn()
  const each = expecting(expectation, SPAN)
  for (const [minute, facts] of course) {
    is(facts)
    each.look(home, goTo(minute))
  }
  const { outcome, at, because } = each.verdict()
  return {
    outcome,
    ...(at !== undefined && { minute: (at - START) / 60_000 }),
    ...(because !== undefined && { because }),
  }
}

const passed = { outcome: 'passed' }
const COLD: Course = [
  [0, { air: 20 }],
  [60, { air: 4 }],
  [120, { air: 20 }],
]

test.for<{ what: string; expectation: Expectation; course: Course; verdict: object }>([
  {
    what: 'always, and it is',
    expectation: { always: 'thermostat.air > 5' },
    course: [[0, { air: 6 }]],
    verdict: passed,
  },
  {
    what: 'always, and once it is not',
    expectation: { always: 'thermostat.air > 5' },
    course: COLD,
    verdict: { outcome: 'failed', minute: 60, because: 'thermostat.air is 4 °C' },
  },
  {
    what: 'always, and it is not only before',
    expectation: { always: 'thermostat.air > 5', from: '22:00' },
    course: COLD,
    verdict: passed,
  },
  {
    what: 'always, and it is not only after',
    expectation: { always: 'thermostat.air > 5', until: '20:59' },
    course: COLD,
    verdict: passed,
  },
  {
    what: 'always, and exactly at its end it is not',
    expectation: { always: 'thermostat.air > 5', until: '21:00' },
    course: COLD,
    verdict: { outcome: 'failed', minute: 60, because: 'thermostat.air is 4 °C' },
  },
  {
    what: 'always, and nobody looked',
    expectation: { always: 'thermostat.air > 5', from: '23:00' },
    course: COLD,
    verdict: { outcome: 'not_checked', because: 'the run ended before it began' },
  },
  {
    what: 'never, and it comes',
    expectation: { never: 'security.siren' },
    course: [
      [0, { siren: false }],
      [5, { siren: true }],
    ],
    verdict: { outcome: 'failed', minute: 5, because: 'security.siren is true' },
  },
  {
    what: 'never, and it does not',
    expectation: { never: 'security.siren' },
    course: [[0, { siren: false }]],
    verdict: passed,
  },
  {
    what: 'eventually, and it comes and goes',
    expectation: { eventually: 'security.siren' },
    course: [
      [0, { siren: false }],
      [5, { siren: true }],
      [6, { siren: false }],
    ],
    verdict: passed,
  },
  {
    what: 'eventually, and it comes too late',
    expectation: { eventually: 'security.siren', from: '20:10', within: '5m' },
    course: [
      [10, { siren: false }],
      [16, { siren: true }],
    ],
    verdict: { outcome: 'failed', minute: 10, because: 'waited 5m for security.siren: security.siren is false' },
  },
  {
    what: 'eventually, and it was there only before',
    expectation: { eventually: 'security.siren', from: '20:10' },
    course: [
      [5, { siren: true }],
      [20, { siren: false }],
    ],
    verdict: { outcome: 'failed', minute: 20, because: 'waited 7h 50m for security.siren: security.siren is false' },
  },
  {
    what: 'in sequence, and it is',
    expectation: { sequence: ['security.state is pending', 'security.state is triggered', 'security.siren'] },
    course: [
      [0, { panel: 'armed_away', siren: false }],
      [1, { panel: 'pending' }],
      // Two at one moment.
      [2, { panel: 'triggered', siren: true }],
    ],
    verdict: passed,
  },
  {
    what: 'in sequence, and it is the wrong way round',
    expectation: { sequence: ['security.state is triggered', 'security.state is pending'] },
    course: [
      [0, { panel: 'pending' }],
      [1, { panel: 'triggered' }],
    ],
    verdict: {
      outcome: 'failed',
      minute: 1,
      because: 'waited 8h for security.state is pending: security.state is triggered',
    },
  },
  {
    what: 'comfort within its bounds',
    expectation: { comfort: { 'at-most': 2 } },
    course: [
      [0, { comfort: 1 }],
      [400, { comfort: 3 }],
    ],
    verdict: passed,
  },
  {
    what: 'comfort beyond them',
    expectation: { comfort: { 'at-most': 2 } },
    course: [
      [0, { comfort: 1 }],
      [400, { comfort: 3.014 }],
    ],
    verdict: { outcome: 'failed', minute: 480, because: 'it is 2.01 K·h too cold' },
  },
  {
    what: 'what was used before does not count',
    expectation: { energy: { 'at-least': 5, 'at-most': 8 }, from: '21:00', until: '22:00' },
    course: [
      [0, { energy: 0 }],
      [60, { energy: 40 }],
      [120, { energy: 46 }],
      [180, { energy: 60 }],
    ],
    verdict: passed,
  },
  {
    what: 'less than it must be',
    expectation: { energy: { 'at-least': 5 } },
    course: [
      [0, { energy: 0 }],
      [480, { energy: 4 }],
    ],
    verdict: { outcome: 'failed', minute: 480, because: 'it is 4 kWh' },
  },
  {
    what: 'cycles, of a day',
    expectation: { cycles: { 'at-most': 60 } },
    course: [
      [0, { cycles: 0 }],
      [480, { cycles: 21 }],
    ],
    verdict: { outcome: 'failed', minute: 480, because: 'it is 63 cycles a day' },
  },
])('$what', ({ expectation, course, verdict }) => {
  expect(watch(expectation, course)).toEqual(verdict)
})

test('it is called as somebody called it, else by what it says; and asks for its edges', () => {
  const named = expecting({ name: 'no frost', always: 'thermostat.air > 5' }, SPAN)
  const bare = expecting({ sequence: ['security.siren', 'not security.siren'], from: '+1h', within: '2h' }, SPAN)
  expect([named.name, bare.name, expecting({ energy: { 'at-least': 1, 'at-most': 2 } }, SPAN).name]).toEqual([
    'no frost',
    'in sequence security.siren, not security.siren',
    'energy: at least 1, at most 2 kWh',
  ])
  expect(bare.moments.map((at) => (at - START) / 3_600_000)).toEqual([1, 3])
})

const yes = { ok: true } as const
const no = (code: string) => ({ ok: false, code, message: 'no' }) as const

test.for([
  { expected: 'accepted', outcomes: [yes, yes], outcome: 'passed' },
  { expected: 'accepted', outcomes: [yes, no('not_now')], outcome: 'failed' },
  { expected: 'refused', outcomes: [no('not_now'), no('not_allowed')], outcome: 'passed' },
  { expected: 'refused', outcomes: [yes], outcome: 'failed' },
  // Nobody refused it.
  { expected: 'refused', outcomes: [no('unreachable')], outcome: 'failed' },
  { expected: 'refused', outcomes: [no('unanswered')], outcome: 'failed' },
  { expected: 'unreachable', outcomes: [no('unreachable')], outcome: 'passed' },
  { expected: 'not_allowed', outcomes: [no('not_now')], outcome: 'failed' },
  { expected: 'not_allowed', outcomes: [], outcome: 'not_checked' },
] as const)('$expected, of $outcomes: $outcome', ({ expected, outcomes, outcome }) => {
  const each = answering('toaster: start', expected)
  for (const given of outcomes) each.hear(given, START)
  expect(each.name).toBe(`toaster: start is ${expected}`)
  expect(each.verdict().outcome).toBe(outcome)
})
