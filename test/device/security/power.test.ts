// A power cut is a burglar's first idea.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { minutes } from '#contract/time.ts'
import { createPanel, type Panel, START } from './panel.ts'

const YEAR = 525_600 * 60

const pending = (): Panel => {
  const panel = createPanel()
  panel.order('ARM_AWAY')
  panel.wait(60)
  panel.open('front-door')
  return panel
}

test.for([
  { away: 5, wait: 0, expected: 'pending' },
  { away: 5, wait: 25, expected: 'triggered' },
  { away: 31, wait: 0, expected: 'triggered' },
  { away: 3600, wait: 0, expected: 'triggered' },
])('cut during the entry delay, back after $away s, $wait s later: $expected', ({ away, wait, expected }) => {
  const panel = pending()
  panel.powerCut(away)
  panel.wait(wait)
  expect(panel.now).toBe(expected)
})

test.for([0, START.wall - minutes(YEAR), START.wall - 1])(
  'with a clock that went back to %d the delay counts as over',
  (wall) => {
    const panel = pending()
    panel.powerCut(5, wall)
    expect(panel.now).toBe('triggered')
  },
)

test('cut while arming: armed when the time has passed, also with a clock that is wrong', () => {
  for (const wall of [undefined, 0]) {
    const panel = createPanel()
    panel.order('ARM_AWAY')
    panel.wait(10)
    panel.powerCut(60, wall)
    expect(panel.now).toBe('armed_away')
  }
})

test('cut while the siren sounds: it sounds again for the rest', () => {
  const panel = pending()
  panel.wait(30)
  panel.powerCut(60)
  expect(panel.siren).toBe(true)
  panel.wait(13 * 60)
  expect(panel.siren).toBe(true)
  panel.wait(60)
  expect([panel.siren, panel.now]).toEqual([false, 'armed_away'])
})

test.for([
  { opened: 'kitchen-window', expected: 'triggered' },
  { opened: 'front-door', expected: 'pending' },
])('$opened opened while there was no power was opened all the same: $expected', ({ opened, expected }) => {
  const panel = createPanel()
  panel.order('ARM_AWAY')
  panel.wait(60)
  panel.powerCut(10, undefined, { opened })
  expect(panel.now).toBe(expected)
})

test('pulling the plug does not shorten a lock-out', () => {
  const panel = createPanel()
  panel.order('ARM_HOME')
  for (let n = 0; n < 3; n++) panel.order('DISARM', 'invalid')
  panel.powerCut(1)
  panel.wait(89)
  expect(panel.order('DISARM', 'valid').ok).toBe(false)
  panel.wait(1)
  expect(panel.order('DISARM', 'valid').ok).toBe(true)
})

const step = fc.oneof(
  fc.record({
    do: fc.constant('open' as const),
    zone: fc.constantFrom('front-door', 'back-door', 'kitchen-window', 'hall-motion'),
  }),
  fc.record({
    do: fc.constant('shut' as const),
    zone: fc.constantFrom('front-door', 'back-door', 'kitchen-window', 'hall-motion'),
  }),
  fc.record({
    do: fc.constant('order' as const),
    action: fc.constantFrom('ARM_AWAY', 'ARM_HOME', 'DISARM', 'TRIGGER'),
    code: fc.constantFrom('absent', 'invalid'),
  }),
  fc.record({ do: fc.constant('bypass' as const), zone: fc.constantFrom('front-door', 'back-door'), on: fc.boolean() }),
  fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 1200 }) }),
  fc.record({
    do: fc.constant('cut' as const),
    away: fc.integer({ min: 0, max: 4000 }),
    wall: fc.option(fc.integer({ min: 0, max: 2_000_000_000_000 }), { nil: undefined }),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function play(panel: Panel, one: Step): void {
  if (one.do === 'open') panel.open(one.zone)
  else if (one.do === 'shut') panel.shut(one.zone)
  else if (one.do === 'order') panel.order(one.action, one.code)
  else if (one.do === 'bypass') panel.bypass(one.zone, one.on)
  else if (one.do === 'wait') panel.wait(one.seconds)
  else panel.powerCut(one.away, one.wall)
}

const PROTECTED = ['armed_away', 'armed_home', 'pending']

test('without a right code nothing that is armed is ever disarmed, whatever happens and however often the power goes', () => {
  fc.assert(
    fc.property(fc.constantFrom('ARM_AWAY', 'ARM_HOME'), fc.array(step, { maxLength: 25 }), (mode, steps) => {
      const panel = createPanel()
      panel.order(mode)
      panel.wait(60)
      for (const one of steps) {
        play(panel, one)
        expect([...PROTECTED, 'triggered']).toContain(panel.now)
      }
    }),
    { numRuns: 400 },
  )
})

test('the siren never sounds longer than fifteen minutes without a new reason, and always while triggered', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const panel = createPanel()
      for (const one of steps) {
        play(panel, one)
        expect(panel.siren).toBe(panel.now === 'triggered')
      }
      panel.wait(15 * 60 + 31)
      panel.wait(15 * 60 + 31)
      expect(panel.siren).toBe(false)
    }),
    { numRuns: 300 },
  )
})
