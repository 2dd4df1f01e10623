import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MODES, PRESETS } from '#contract/kinds.ts'
import type { PropertyPath, Value } from '#contract/property.ts'
import { instant, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { DEFAULT_CONFIG } from '../../../device/thermostat/config.ts'
import { createThermostatControl } from '../../../device/thermostat/control.ts'
import { MIN_OFF, MIN_ON } from '../../../device/thermostat/guard.ts'
import type { ThermostatReading } from '../../../device/thermostat/hardware.ts'
import { HYSTERESIS, PI, type Regulator, TPI } from '../../../device/thermostat/regulator.ts'
import { HARD_LIMIT, resolve, STALE_AFTER } from '../../../device/thermostat/resolve.ts'
import { DEFAULT_SETTINGS, type Settings, type ThermostatState } from '../../../device/thermostat/state.ts'

/** What must never happen must not with any of them. */
const REGULATORS = [HYSTERESIS, TPI, PI]
const defaultControl = createThermostatControl()
const STARTED = Date.UTC(2030, 0, 1)
const momentAt = (uptime: Millis) => ({ wall: instant(STARTED + uptime), uptime })

type Happening =
  | { readonly type: 'reading'; readonly reading: ThermostatReading }
  | { readonly type: 'command'; readonly path: PropertyPath; readonly value: Value }
  | { readonly type: 'pass'; readonly length: Millis }

interface Seen {
  readonly uptime: Millis
  readonly before: ThermostatState
  readonly state: ThermostatState
}

/** Every state of a thermostat to which all this happened, ticks in between at the time that each is due. */
function live(happenings: readonly Happening[], saved: unknown = undefined, control = defaultControl): readonly Seen[] {
  let uptime = millis(0)
  let state = control.begin(saved, momentAt(uptime))
  const seen: Seen[] = [{ uptime, before: state, state }]
  const enter = (next: ThermostatState) => {
    seen.push({ uptime, before: state, state: next })
    state = next
  }
  for (const happening of happenings) {
    switch (happening.type) {
      case 'reading':
        enter(control.hear(state, happening.reading, momentAt(uptime)).state)
        break
      case 'command':
        enter(control.obey(state, happening, momentAt(uptime)).state)
        break
      case 'pass': {
        const end = uptime + happening.length
        while (uptime < end) {
          uptime = millis(Math.min(end, control.dueAt(state) ?? end))
          enter(control.tick(state, momentAt(uptime)).state)
        }
      }
    }
  }
  return seen
}

const felt = (celsius: number): Happening => ({ type: 'reading', reading: { type: 'temperature', celsius } })
const pass = (length: Millis): Happening => ({ type: 'pass', length })
/** A room read every minute. */
const steady = (celsius: number, count: number): readonly Happening[] =>
  Array.from({ length: count }, () => [felt(celsius), pass(minutes(1))]).flat()

const nonsense = fc.oneof(
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 85, -127),
  fc.double({ min: 60, minExcluded: true, noNaN: true }),
  fc.double({ max: -30, maxExcluded: true, noNaN: true }),
)
const believable = fc.double({ min: -5, max: 40, noNaN: true })
const degrees = fc.integer({ min: 50, max: 350 }).map((tenths) => tenths / 10)
const setting = (path: PropertyPath, value: fc.Arbitrary<Value>) =>
  value.map((value): Happening => ({ type: 'command', path, value }))
const command = fc.oneof(
  setting('climate/mode', fc.constantFrom(...MODES)),
  setting('climate/preset', fc.constantFrom(...PRESETS)),
  setting('climate/target', degrees),
  setting('climate/target-low', degrees),
  setting('climate/target-high', degrees),
  setting('climate/hold', fc.constantFrom<Value>({}, { indefinite: true }, { until: '2030-01-01T00:30:00Z' })),
)
const happening = fc.oneof(
  { weight: 6, arbitrary: believable.map(felt) },
  { weight: 1, arbitrary: nonsense.map(felt) },
  {
    weight: 1,
    arbitrary: fc.boolean().map((open): Happening => ({ type: 'reading', reading: { type: 'window', open } })),
  },
  {
    weight: 1,
    arbitrary: fc.boolean().map((closed): Happening => ({ type: 'reading', reading: { type: 'relay', closed } })),
  },
  { weight: 3, arbitrary: command },
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 1200 }).map((length) => pass(seconds(length))) },
)
const life = fc.array(happening, { maxLength: 60, size: 'max' })
const always = (check: (seen: Seen, control: typeof defaultControl, regulator: Regulator) => void) =>
  fc.assert(
    fc.property(life, fc.constantFrom(...REGULATORS), (all, regulator) => {
      const control = createThermostatControl({ ...DEFAULT_CONFIG, regulator })
      for (const seen of live(all, undefined, control)) check(seen, control, regulator)
    }),
  )

describe('whatever happens', () => {
  test('it never heats and cools together', () => {
    always(({ state, uptime }, control) => {
      const { heat, cool } = control.actuators(state, momentAt(uptime))
      expect(heat && cool).toBe(false)
    })
  })

  test('nothing is switched on within three minutes, and never from heating straight to cooling', () => {
    always(({ before, state, uptime }) => {
      if (state.output === before.output || state.output === 'off') return
      expect(before.output).toBe('off')
      expect(uptime - before.switchedAt).toBeGreaterThanOrEqual(MIN_OFF)
    })
  })

  test('nothing is switched off within two minutes, unless for the limit or the sensor', () => {
    always(({ before, state, uptime }, _control, regulator) => {
      if (before.output === 'off' || state.output !== 'off') return
      if (['limit', 'sensor'].includes(resolve(state, momentAt(uptime), { regulator }).layer)) return
      expect(uptime - before.switchedAt).toBeGreaterThanOrEqual(MIN_ON)
    })
  })

  test('nothing is on in a room that was too hot and has not cooled down', () => {
    always(({ state }) => {
      if (state.overheated) expect(state.output).toBe('off')
    })
  })

  test('nothing cools without a sensor that can be believed', () => {
    always(({ state, uptime }) => {
      const { reading, sensorFault } = state
      const blind = sensorFault || reading === undefined || uptime - reading.at >= STALE_AFTER
      if (blind) expect(state.output).not.toBe('cool')
    })
  })

  test('its two targets stay two kelvin apart', () => {
    always(({ state: { settings } }) => {
      expect(settings.targetHigh - settings.targetLow).toBeGreaterThanOrEqual(2 - 1e-9)
    })
  })

  test('what it saves comes back as it was', () => {
    always(({ state, uptime }, control) => {
      const again = control.begin(JSON.parse(JSON.stringify(control.saved(state))), momentAt(uptime))
      expect(again.settings).toEqual(state.settings)
    })
  })

  test('it has something due later, never now: the runner would not rest', () => {
    always(({ state, uptime }, control) => expect(control.dueAt(state)).toBeGreaterThan(uptime))
  })
})

test('a sensor that has only ever talked nonsense never heats', () => {
  fc.assert(
    fc.property(fc.array(nonsense, { minLength: 1 }), (values) => {
      const told = values.flatMap((celsius) => [felt(celsius), pass(minutes(3))])
      for (const { state } of live(told)) expect(state.output).toBe('off')
    }),
  )
})

test('nonsense after an honest reading turns the heating off at once, and leaves the reading', () => {
  fc.assert(
    fc.property(nonsense, (celsius) => {
      const seen = live([...steady(15, 10), felt(celsius)])
      expect(seen.at(-1)?.before.output).toBe('heat')
      expect(seen.at(-1)?.state).toMatchObject({ output: 'off', sensorFault: true, reading: { celsius: 15 } })
    }),
  )
})

test.for([
  { what: 'falls 6 K in a minute', from: 18, to: 12, passed: seconds(60), believed: false },
  { what: 'falls 3 K in a minute', from: 18, to: 15, passed: seconds(60), believed: true },
  { what: 'rises 1 K in ten seconds', from: 18, to: 19, passed: seconds(10), believed: true },
  { what: 'rises 2 K in ten seconds', from: 18, to: 20, passed: seconds(10), believed: false },
  { what: 'has fallen 10 K after a gap', from: 18, to: 8, passed: seconds(301), believed: true },
])('a room that $what is believed: $believed', ({ from, to, passed, believed }) => {
  const seen = live([felt(from), pass(passed), felt(to)])
  expect(seen.at(-1)?.state).toMatchObject({ sensorFault: !believed, reading: { celsius: believed ? to : from } })
})

test('one outlier is forgotten with the next honest reading', () => {
  expect(live([felt(20), pass(seconds(10)), felt(85), felt(20.1)]).at(-1)?.state).toMatchObject({
    sensorFault: false,
    reading: { celsius: 20.1 },
  })
})

/** The share of time that it heats, from minute `from` on. */
function dutyFrom(seen: readonly Seen[], from: Millis): number {
  const lasting = seen.slice(1).map(({ uptime, before }, index) => {
    const begun = Math.max(seen[index]?.uptime ?? 0, from)
    return { length: Math.max(0, uptime - begun), heated: before.output === 'heat' }
  })
  const all = lasting.reduce((sum, { length }) => sum + length, 0)
  return lasting.reduce((sum, { length, heated }) => sum + (heated ? length : 0), 0) / all
}

test.for<{ what: string; celsius: number; settings?: Partial<Settings>; duty: number }>([
  { what: 'a cold room', celsius: 9, duty: 0.1 },
  { what: 'a cold room in heat_cool', celsius: 9, settings: { mode: 'heat_cool' }, duty: 0.1 },
  { what: 'a room that was warm enough', celsius: 15, duty: 0 },
  { what: 'a cold room that was off', celsius: 9, settings: { mode: 'off' }, duty: 0 },
  { what: 'a cold room that is only cooled', celsius: 9, settings: { mode: 'cool' }, duty: 0 },
])('a sensor that falls silent in $what: heated $duty of the time', ({ celsius, settings, duty }) => {
  const seen = live([...steady(celsius, 15), pass(minutes(15 + 30 * 20))], { ...DEFAULT_SETTINGS, ...settings })
  expect(dutyFrom(seen, minutes(30))).toBeCloseTo(duty, 2)
  const last = seen.at(-1)
  expect(last && defaultControl.properties(last.state, momentAt(last.uptime))['health/status']).toBe('sensor-stale')
})

test.for<{ mode: Settings['mode']; preset?: Settings['preset'] }>([
  { mode: 'off' },
  { mode: 'cool' },
  { mode: 'heat', preset: 'away' },
])('frost protection heats from 5 to 7 °C in $mode $preset, also with a window open', ({ mode, preset = 'none' }) => {
  const open: Happening = { type: 'reading', reading: { type: 'window', open: true } }
  const outputAfter = (...more: readonly Happening[]) =>
    live([open, ...steady(5, 10), ...more], { ...DEFAULT_SETTINGS, mode, preset }).at(-1)?.state
  expect(outputAfter()).toMatchObject({ output: 'heat', frost: true })
  expect(outputAfter(...steady(6.9, 5))).toMatchObject({ output: 'heat', frost: true })
  expect(outputAfter(...steady(6.9, 5), ...steady(7, 5))).toMatchObject({ output: 'off', frost: false })
})

test('a room too hot turns everything off at once, and stays off until it is 3 K cooler', () => {
  const warm = { ...DEFAULT_SETTINGS, target: 35 }
  const hot = [...steady(33.5, 5), felt(34.6), pass(seconds(10)), felt(HARD_LIMIT)]
  expect(live(hot, warm).at(-1)).toMatchObject({
    before: { output: 'heat' },
    state: { output: 'off', overheated: true },
  })
  expect(live([...hot, ...steady(32.1, 10)], warm).at(-1)?.state).toMatchObject({ output: 'off', overheated: true })
  expect(live([...hot, ...steady(32, 10)], warm).at(-1)?.state).toMatchObject({ output: 'heat', overheated: false })
})

test('a room too hot whose sensor then dies stays off', () => {
  const seen = live([felt(35), pass(seconds(10)), felt(85), pass(minutes(120))], { ...DEFAULT_SETTINGS, target: 35 })
  for (const { state } of seen) expect(state.output).toBe('off')
})

describe('saved settings that are none', () => {
  const uptime = seconds(1)
  const begun = (saved: unknown) => {
    const state = defaultControl.begin(saved, momentAt(uptime))
    defaultControl.properties(state, momentAt(uptime))
    return state.settings
  }
  test.for([
    { what: 'nothing', saved: undefined },
    { what: 'null', saved: null },
    { what: 'an array', saved: [] },
    { what: 'half of them', saved: { mode: 'heat', target: 20 } },
    { what: 'an unknown mode', saved: { ...DEFAULT_SETTINGS, mode: 'fan' } },
    { what: 'a target that would burn', saved: { ...DEFAULT_SETTINGS, target: 60 } },
    { what: 'a target that is no number', saved: { ...DEFAULT_SETTINGS, target: '20' } },
    { what: 'targets crossed', saved: { ...DEFAULT_SETTINGS, targetLow: 25, targetHigh: 20 } },
    {
      what: 'a hold until no date there is',
      saved: { ...DEFAULT_SETTINGS, hold: { type: 'until', until: JSON.parse('1e400'), resume: 'none' } },
    },
    {
      what: 'a hold until beyond all dates',
      saved: { ...DEFAULT_SETTINGS, hold: { type: 'until', until: 8.64e15 + 1, resume: 'none' } },
    },
  ])('$what: the defaults', ({ saved }) => {
    expect(begun(saved)).toEqual(DEFAULT_SETTINGS)
  })

  test('anything at all: never an error, and a room between 5 and 35 °C', () => {
    const damaged = fc.record({
      mode: fc.oneof(fc.constantFrom(...MODES), fc.anything()),
      target: fc.oneof(fc.double(), fc.anything()),
      targetLow: fc.double(),
      targetHigh: fc.double(),
      preset: fc.oneof(fc.constantFrom(...PRESETS), fc.anything()),
      hold: fc.oneof(
        fc.record({ type: fc.constant('until'), until: fc.double(), resume: fc.constantFrom(...PRESETS) }),
        fc.anything(),
      ),
    })
    const nearly = fc
      .tuple(damaged, fc.subarray(['mode', 'target', 'targetLow', 'targetHigh', 'preset', 'hold'] as const))
      .map(([wrong, keys]) => ({ ...DEFAULT_SETTINGS, ...Object.fromEntries(keys.map((key) => [key, wrong[key]])) }))
    fc.assert(
      fc.property(fc.oneof(fc.anything(), nearly), (saved) => {
        const { target, targetLow, targetHigh } = begun(saved)
        for (const celsius of [target, targetLow, targetHigh]) {
          expect(celsius).toBeGreaterThanOrEqual(5)
          expect(celsius).toBeLessThanOrEqual(35)
        }
      }),
    )
  })
})

test('off and freezing when the sensor falls silent: a tenth of the time is heated, blindly', () => {
  const off = { type: 'command', path: 'climate/mode', value: 'off' } as const
  const seen = live([off, ...steady(6, 3), ...steady(5, 3), pass(minutes(10 * 60))])
  const silent = seen.filter(({ uptime }) => uptime > minutes(60))
  const heating = silent.filter(({ state }) => state.output === 'heat').length / silent.length
  expect(heating).toBeGreaterThan(0.03)
  expect(heating).toBeLessThan(0.25)
  const warm = live([off, ...steady(9, 6), pass(minutes(10 * 60))])
  expect(warm.some(({ state }) => state.output === 'heat')).toBe(false)
})
