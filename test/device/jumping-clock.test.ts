// The table of safety rules, "clock jump / no NTP": what switches, counts and sounds goes by the monotonic clock. The same life on a wall
// clock that is right and on one that jumps is the same life; and so is one with power cuts as far as the heat is concerned.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PropertyPath, Value } from '#contract/property.ts'
import { instant, type Millis, type Moment, millis, seconds } from '#contract/time.ts'
import type { Control } from '../../device/control.ts'
import { LOCKOUT, DEFAULT_CONFIG as PANEL, WRONG_CODES } from '../../device/security/config.ts'
import { createSecurityControl } from '../../device/security/control.ts'
import type { PanelReading } from '../../device/security/hardware.ts'
import { DEFAULT_CONFIG } from '../../device/thermostat/config.ts'
import { createThermostatControl } from '../../device/thermostat/control.ts'
import { MIN_OFF } from '../../device/thermostat/guard.ts'
import type { ThermostatReading } from '../../device/thermostat/hardware.ts'
import { HYSTERESIS, PI, TPI } from '../../device/thermostat/regulator.ts'
import { createToasterControl } from '../../device/toaster/control.ts'
import type { ToasterReading } from '../../device/toaster/hardware.ts'

type Happening<Reading> =
  | { readonly type: 'reading'; readonly reading: Reading }
  | { readonly type: 'command'; readonly path: PropertyPath; readonly value: Value }
  | { readonly type: 'pass'; readonly length: Millis }
  | { readonly type: 'cut' }

/** What the wall says after so many steps. */
type Wall = (step: number, uptime: Millis) => number
const honest: Wall = (_step, uptime) => Date.UTC(2030, 0, 14) + uptime
/** Seventy years, as a flat battery may be wrong by. */
const FAR = 2 ** 41
/** 1970, next year, yesterday: whatever NTP, a flat battery and a person with a screwdriver make of it. */
const jumping = fc.array(fc.integer({ min: -FAR, max: FAR }), { minLength: 1, maxLength: 8 }).map(
  (jumps): Wall =>
    (step, uptime) =>
      Math.max(0, honest(step, uptime) + (jumps[step % jumps.length] ?? 0)),
)

interface Seen<State, Actuators> {
  readonly state: State
  /** Since power came on. */
  readonly uptime: Millis
  readonly actuators: Actuators
}

/** What the hardware was told after each step. A cut loses everything but what was saved; uptime begins again. */
function live<State, Reading, Actuators>(
  control: Control<State, Reading, Actuators>,
  happenings: readonly Happening<Reading>[],
  wall: Wall,
): readonly Seen<State, Actuators>[] {
  let [uptime, step] = [0, 0]
  const at = (): Moment => ({ wall: instant(wall(step, millis(uptime))), uptime: millis(uptime) })
  let state = control.begin(undefined, at())
  const seen: Seen<State, Actuators>[] = []
  const enter = (next: State) => {
    state = next
    step += 1
    seen.push({ state, uptime: millis(uptime), actuators: control.actuators(state, at()) })
  }
  for (const happening of happenings) {
    switch (happening.type) {
      case 'reading':
        enter(control.hear(state, happening.reading, at()).state)
        break
      case 'command':
        enter(control.obey(state, happening, at()).state)
        break
      case 'cut': {
        const saved: unknown = JSON.parse(JSON.stringify(control.saved(state)))
        uptime = 0
        enter(control.begin(saved, at()))
        break
      }
      case 'pass': {
        const end = uptime + happening.length
        while (uptime < end) {
          uptime = Math.max(uptime, Math.min(end, control.dueAt(state) ?? end))
          enter(control.tick(state, at()).state)
        }
      }
    }
  }
  return seen
}

/** What it switches, and when. */
const switched = <State, Reading, Actuators>(
  ...life: [Control<State, Reading, Actuators>, readonly Happening<Reading>[], Wall]
) => live(...life).map(({ uptime, actuators }) => ({ uptime, actuators }))

function lastState<State, Reading, Actuators>(
  control: Control<State, Reading, Actuators>,
  happenings: readonly Happening<Reading>[],
  wall: Wall,
): State {
  const last = live(control, happenings, wall).at(-1)
  if (last === undefined) throw new Error('Cannot tell the last state as something must happen')
  return last.state
}

const passing = fc.integer({ min: 1, max: 900 }).map((length) => ({ type: 'pass' as const, length: seconds(length) }))
const cut = fc.constant({ type: 'cut' } as const)
const said = (path: PropertyPath, value: fc.Arbitrary<Value>) =>
  value.map((given) => ({ type: 'command' as const, path, value: given }))
const told = <Reading>(reading: fc.Arbitrary<Reading>) =>
  reading.map((given) => ({ type: 'reading' as const, reading: given }))

const room = fc.oneof(
  told<ThermostatReading>(
    fc.double({ min: -5, max: 40, noNaN: true }).map((celsius) => ({ type: 'temperature', celsius })),
  ),
  told<ThermostatReading>(fc.boolean().map((open) => ({ type: 'window', open }))),
  told<ThermostatReading>(fc.constantFrom(0.5, -0.5).map((kelvin) => ({ type: 'turned', kelvin }))),
  said('climate/mode', fc.constantFrom('off', 'heat', 'cool', 'heat_cool')),
  said('climate/preset', fc.constantFrom('none', 'away', 'comfort')),
  passing,
)
const slots = fc.oneof(
  told<ToasterReading>(fc.constantFrom('up', 'down').map((position) => ({ type: 'carriage', position }))),
  told<ToasterReading>(
    fc.constantFrom('start', 'cancel', 'remote-start', 'reset').map((key) => ({ type: 'key', key })),
  ),
  told<ToasterReading>(fc.boolean().map((closed) => ({ type: 'relay', closed }))),
  said('cycle/start', fc.constant(true)),
  said('cycle/more', fc.constant(true)),
  passing,
)
const order = (action: string, codeCheck: string): Value => ({ action, codeCheck, codeSet: true })
const house = fc.oneof(
  told<PanelReading>(
    fc.record({
      type: fc.constant('zone' as const),
      zone: fc.constantFrom(...PANEL.zones.map(({ id }) => id)),
      open: fc.boolean(),
    }),
  ),
  told<PanelReading>(fc.boolean().map((open) => ({ type: 'tamper', open }))),
  said(
    'panel/command',
    fc.constantFrom(order('ARM_AWAY', 'absent'), order('ARM_HOME', 'absent'), order('TRIGGER', 'absent')),
  ),
  said('panel/command', fc.constantFrom(order('DISARM', 'valid'), order('DISARM', 'invalid'))),
  passing,
)

describe('on a clock that jumps, the same is switched at the same moments', () => {
  test.for([HYSTERESIS, TPI, PI])('by a thermostat: $type', (regulator) => {
    const control = createThermostatControl({ ...DEFAULT_CONFIG, regulator })
    fc.assert(
      fc.property(fc.array(room, { maxLength: 60 }), jumping, (all, wall) => {
        expect(switched(control, all, wall)).toEqual(switched(control, all, honest))
      }),
    )
  })

  test('by a toaster', () => {
    const control = createToasterControl()
    fc.assert(
      fc.property(fc.array(slots, { maxLength: 60 }), jumping, (all, wall) => {
        expect(switched(control, all, wall)).toEqual(switched(control, all, honest))
      }),
    )
  })

  test('by a panel', () => {
    const control = createSecurityControl(PANEL)
    fc.assert(
      fc.property(fc.array(house, { maxLength: 60 }), jumping, (all, wall) => {
        expect(switched(control, all, wall)).toEqual(switched(control, all, honest))
      }),
    )
  })
})

describe('through power cuts, on whatever clock', () => {
  test.for([HYSTERESIS, TPI, PI])(
    'a thermostat ($type) switches nothing on for three minutes, and never without a reading',
    (regulator) => {
      const control = createThermostatControl({ ...DEFAULT_CONFIG, regulator })
      fc.assert(
        fc.property(
          fc.array(fc.oneof({ weight: 5, arbitrary: room }, cut), { maxLength: 60 }),
          jumping,
          (all, wall) => {
            for (const { uptime, actuators } of live(control, all, wall)) {
              if (uptime < MIN_OFF) expect(actuators).toEqual({ heat: false, cool: false })
            }
          },
        ),
      )
      // A cut with nothing heard since: however long it waits, nothing is on.
      const silent: Happening<ThermostatReading>[] = [
        { type: 'reading', reading: { type: 'temperature', celsius: 5 } },
        { type: 'pass', length: seconds(600) },
        { type: 'cut' },
        { type: 'pass', length: seconds(7200) },
      ]
      const after = live(control, silent, honest).slice(-100)
      expect(after.every(({ actuators }) => !actuators.heat)).toBe(true)
    },
  )

  test('a toaster is off at each start, and stays so until somebody starts it', () => {
    const control = createToasterControl()
    fc.assert(
      fc.property(
        fc.array(slots, { maxLength: 40 }),
        fc.array(passing, { maxLength: 5 }),
        jumping,
        (before, after, wall) => {
          const seen = live(control, [...before, { type: 'cut' }, ...after], wall)
          const boot = seen.findLastIndex(({ uptime }, index) => uptime === 0 && index >= before.length)
          for (const { actuators } of seen.slice(boot)) expect(actuators.heater).toBe(false)
        },
      ),
    )
  })

  test('a lock-out of the panel is never shorter for it', () => {
    const control = createSecurityControl(PANEL)
    const disarm = (codeCheck: string) => ({ path: 'panel/command' as const, value: order('DISARM', codeCheck) })
    const wrong = Array.from({ length: WRONG_CODES }, () => ({ type: 'command' as const, ...disarm('invalid') }))
    fc.assert(
      fc.property(jumping, fc.integer({ min: 0, max: LOCKOUT / 1000 - 1 }), (wall, waited) => {
        const after = lastState(control, [...wrong, { type: 'cut' }, { type: 'pass', length: seconds(waited) }], wall)
        const at = { wall: instant(wall(99, seconds(waited))), uptime: seconds(waited) }
        expect(control.obey(after, disarm('valid'), at).ack.ok).toBe(false)
      }),
    )
  })
})
