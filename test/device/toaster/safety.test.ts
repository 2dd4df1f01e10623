import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PROGRAMS } from '#contract/kinds.ts'
import type { Json, PropertyPath, Value } from '#contract/property.ts'
import { instant, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { createToasterControl } from '../../../device/toaster/control.ts'
import type { ToasterReading } from '../../../device/toaster/hardware.ts'
import { LONGEST_CYCLE } from '../../../device/toaster/programs.ts'
import type { ToasterState } from '../../../device/toaster/state.ts'

const control = createToasterControl()
const momentAt = (uptime: Millis) => ({ wall: instant(0), uptime })

type Happening =
  | { readonly type: 'reading'; readonly reading: ToasterReading }
  | { readonly type: 'command'; readonly path: PropertyPath; readonly value: Value }
  /** Time that passes with a step whenever one is due, or with none at all: a machine that hangs. */
  | { readonly type: 'pass' | 'hang'; readonly length: Millis }

interface Seen {
  readonly happening: Happening
  readonly uptime: Millis
  readonly before: ToasterState
  readonly state: ToasterState
  readonly events: readonly (Json | undefined)[]
}

/** Every state of a toaster to which all this happened. */
function live(happenings: readonly Happening[], saved: unknown = undefined): readonly Seen[] {
  let uptime = millis(0)
  let state = control.begin(saved, momentAt(uptime))
  const seen: Seen[] = []
  for (const happening of happenings) {
    const step = (next: ReturnType<typeof control.tick>) => {
      const events = (next.announce ?? []).map(({ value }) => value.event_type)
      seen.push({ happening, uptime, before: state, state: next.state, events })
      state = next.state
    }
    switch (happening.type) {
      case 'reading':
        step(control.hear(state, happening.reading, momentAt(uptime)))
        break
      case 'command':
        step(control.obey(state, happening, momentAt(uptime)))
        break
      case 'hang':
        uptime = millis(uptime + happening.length)
        break
      case 'pass': {
        const end = uptime + happening.length
        while (uptime < end) {
          uptime = millis(Math.max(uptime, Math.min(end, control.dueAt(state) ?? end)))
          step(control.tick(state, momentAt(uptime)))
        }
      }
    }
  }
  return seen
}

const carriage = (position: 'up' | 'down'): Happening => ({ type: 'reading', reading: { type: 'carriage', position } })
const press = (key: Extract<ToasterReading, { type: 'key' }>['key']): Happening => ({
  type: 'reading',
  reading: { type: 'key', key },
})
const told = (path: PropertyPath, value: Value = true): Happening => ({ type: 'command', path, value })
const pass = (length: Millis): Happening => ({ type: 'pass', length })

const happening = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('up', 'down').map(carriage) },
  { weight: 4, arbitrary: fc.constantFrom('start', 'cancel', 'remote-start', 'reset').map(press) },
  {
    weight: 1,
    arbitrary: fc.boolean().map((closed): Happening => ({ type: 'reading', reading: { type: 'relay', closed } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .oneof(fc.double({ min: 20, max: 60, noNaN: true }), fc.constantFrom(Number.NaN, 85, 91, -127))
      .map((celsius): Happening => ({ type: 'reading', reading: { type: 'case', celsius } })),
  },
  { weight: 4, arbitrary: fc.constantFrom<PropertyPath>('cycle/start', 'cycle/more').map((path) => told(path)) },
  { weight: 1, arbitrary: fc.constantFrom<PropertyPath>('cycle/lift', 'cycle/cancel').map((path) => told(path)) },
  { weight: 1, arbitrary: fc.constantFrom(...PROGRAMS).map((program) => told('cycle/program', program)) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 7 }).map((shade) => told('cycle/browning', shade)) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 60_000 }).map((length) => pass(millis(length))) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 900 }).map((length) => pass(seconds(length))) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 400_000 })
      .map((length): Happening => ({ type: 'hang', length: millis(length) })),
  },
)
const life = fc.array(happening, { maxLength: 60, size: 'max' })
const always = (check: (all: readonly Seen[]) => void) => fc.assert(fc.property(life, (all) => check(live(all))))
const heats = (state: ToasterState, uptime: Millis) => control.actuators(state, momentAt(uptime)).heater

describe('whatever happens', () => {
  test('the heater is on only with the carriage down, in the phase heating', () => {
    always((all) => {
      for (const { state, uptime } of all) {
        if (!heats(state, uptime)) continue
        expect(state).toMatchObject({ carriage: 'down', cycle: { phase: 'heating' } })
      }
    })
  })

  test('the heater is off five minutes after a cycle began, pauses and all', () => {
    always((all) => {
      let begunAt = 0
      for (const { state, uptime, events } of all) {
        if (events.includes('started')) begunAt = uptime
        if (heats(state, uptime)) expect(uptime - begunAt).toBeLessThan(LONGEST_CYCLE)
        // Also without a further step: the state itself names an end.
        expect(heats(state, millis(begunAt + LONGEST_CYCLE))).toBe(false)
      }
    })
  })

  test('a fault stays until somebody resets it at the toaster', () => {
    always((all) => {
      for (const { happening, before, state, uptime } of all) {
        if (before.cycle.phase !== 'fault') continue
        expect(heats(state, uptime)).toBe(false)
        if (state.cycle.phase !== 'fault') expect(happening).toEqual(press('reset'))
      }
    })
  })

  test('the heater goes on only by a start at the toaster, by a start that was allowed there, or after a look', () => {
    always((all) => {
      for (const { happening, before, state, uptime } of all) {
        if (!heats(state, uptime) || before.cycle.phase === 'heating') continue
        const ways = [
          press('start'),
          told('cycle/start'),
          ...(before.cycle.phase === 'paused' ? [carriage('down')] : []),
        ]
        expect(ways).toContainEqual(happening)
      }
    })
  })

  test('a start from afar is preceded by one allowance of its own, with no lift, no fault and no ten minutes in between', () => {
    always((all) => {
      let allowedAt: number | undefined
      for (const { happening, before, state, uptime, events } of all) {
        if (happening.type === 'command' && happening.path === 'cycle/start' && events.includes('started')) {
          expect(allowedAt).toBeDefined()
          expect(uptime - (allowedAt ?? 0)).toBeLessThan(minutes(10))
        }
        const idleAndDown = before.carriage === 'down' && before.cycle.phase === 'idle'
        if (events.includes('started') || events.includes('fault') || state.carriage === 'up') allowedAt = undefined
        else if (happening.type === 'reading' && idleAndDown) {
          const { reading } = happening
          if (reading.type === 'key' && reading.key === 'remote-start') allowedAt = uptime
        }
      }
    })
  })

  test('a lift, a cancel and the end of time turn the heater off in the same step', () => {
    always((all) => {
      for (const { happening, state, uptime } of all) {
        const ends = [carriage('up'), press('cancel'), told('cycle/lift'), told('cycle/cancel')]
        if (ends.some((end) => JSON.stringify(end) === JSON.stringify(happening))) {
          expect(heats(state, uptime)).toBe(false)
        }
      }
    })
  })

  test('it has nothing due now: the runner would not rest', () => {
    always((all) => {
      for (const { state, uptime } of all) expect(control.dueAt(state) ?? Infinity).toBeGreaterThan(uptime)
    })
  })

  test('what it shows has its range: whole seconds from 0 to 300, whole percent from 0 to 100', () => {
    always((all) => {
      for (const { state, uptime } of all) {
        const shown = control.properties(state, momentAt(uptime))
        const remaining = Number(shown['cycle/remaining'])
        const progress = Number(shown['cycle/progress'])
        expect(Number.isInteger(remaining) && remaining >= 0 && remaining <= 300, `${remaining} s`).toBe(true)
        expect(Number.isInteger(progress) && progress >= 0 && progress <= 100, `${progress} %`).toBe(true)
      }
    })
  })
})

const allowed = [carriage('down'), press('remote-start')]

test.for<{ what: string; before: readonly Happening[]; starts: boolean }>([
  { what: 'with bread in it and allowed', before: allowed, starts: true },
  { what: 'in the last second of ten minutes', before: [...allowed, pass(seconds(599))], starts: true },
  { what: 'after ten minutes', before: [...allowed, pass(minutes(10))], starts: false },
  { what: 'that nobody allowed', before: [carriage('down')], starts: false },
  { what: 'allowed with the carriage up', before: [press('remote-start'), carriage('down')], starts: false },
  { what: 'after a lift', before: [...allowed, carriage('up'), carriage('down')], starts: false },
  { what: 'with the carriage up', before: [...allowed, carriage('up')], starts: false },
  {
    what: 'for a second time',
    before: [...allowed, told('cycle/start'), told('cycle/cancel'), carriage('up'), carriage('down')],
    starts: false,
  },
  {
    what: 'when somebody there was first',
    before: [...allowed, press('start'), press('cancel'), carriage('up'), carriage('down')],
    starts: false,
  },
  {
    what: 'allowed again for the next slice',
    before: [...allowed, told('cycle/start'), told('cycle/cancel'), carriage('up'), ...allowed],
    starts: true,
  },
  {
    what: 'after a fault was reset',
    before: [
      ...allowed,
      { type: 'reading', reading: { type: 'case', celsius: 95 } },
      { type: 'reading', reading: { type: 'case', celsius: 30 } },
      press('reset'),
    ],
    starts: false,
  },
])('a start from afar $what: $starts', ({ before, starts }) => {
  const last = live([...before, told('cycle/start')]).at(-1)
  expect(last?.state.cycle.phase === 'heating').toBe(starts)
})

test('anything at all that was saved: never an error, idle, heater off, a shade that there is', () => {
  const nearly = fc.record({ program: fc.oneof(fc.constantFrom(...PROGRAMS), fc.anything()), browning: fc.anything() })
  const cycle = fc.record({
    program: fc.constantFrom(...PROGRAMS),
    browning: fc.oneof(fc.double(), fc.integer({ min: -1, max: 9 })),
    cycle: fc.constant({ phase: 'heating', endsAt: 1e9, cutOffAt: 1e9, startedAt: 0, begunAt: 0 }),
    remoteUntil: fc.constant(1e9),
  })
  fc.assert(
    fc.property(fc.oneof(fc.anything(), nearly, cycle), (saved) => {
      const state = control.begin(saved, momentAt(millis(0)))
      expect(state).toMatchObject({ cycle: { phase: 'idle' }, remoteUntil: undefined })
      expect(PROGRAMS).toContain(state.program)
      expect([1, 2, 3, 4, 5, 6, 7]).toContain(state.browning)
      expect(control.actuators(state, momentAt(millis(0)))).toEqual({ heater: false, magnet: false })
    }),
  )
})
