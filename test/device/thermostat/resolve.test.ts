import { expect, test } from 'vitest'
import { instant, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { guard, guardEndsAt, MIN_OFF, MIN_ON, type Output } from '../../../device/thermostat/guard.ts'
import { newRegulator } from '../../../device/thermostat/regulator.ts'
import {
  type Demand,
  frostAfter,
  isAiring,
  nextBlindChange,
  resolve,
  STALE_AFTER,
  shownTarget,
  targetsOf,
  WINDOW_DELAY,
} from '../../../device/thermostat/resolve.ts'
import { DEFAULT_SETTINGS, type Settings, type ThermostatState } from '../../../device/thermostat/state.ts'

/** Fifteen minutes into a blind period of thirty: the rhythm is off. */
const NOW = minutes(75)
/** Two minutes into a blind period: the rhythm is on. */
const BLIND_ON = minutes(62)

/** A room at 20 °C, just read, with nothing wrong. */
const stateWith = (changes: Partial<ThermostatState> = {}, settings: Partial<Settings> = {}): ThermostatState => ({
  settings: { ...DEFAULT_SETTINGS, ...settings },
  reading: { celsius: 20, at: NOW },
  outside: undefined,
  regulation: newRegulator(millis(0)),
  plan: undefined,
  sameSince: millis(0),
  stuck: false,
  sensorFault: false,
  humidity: undefined,
  window: { open: false, since: millis(0), airedBefore: false },
  output: 'off',
  switchedAt: millis(0),
  due: NOW,
  overheated: false,
  frost: false,
  celsiusAtSwitch: undefined,
  relayClosed: undefined,
  relaysObey: true,
  relayWrongSince: undefined,
  ...changes,
})
const room = (celsius: number, at: Millis = NOW) => ({ celsius, at })
const decided = (state: ThermostatState, uptime: Millis = NOW) => resolve(state, { wall: instant(0), uptime })
const openWindow = { open: true, since: millis(0), airedBefore: false }

test.for([
  { what: 'the limit is above a fault', state: { overheated: true, sensorFault: true }, layer: 'limit' },
  { what: 'the limit is above frost', state: { overheated: true, frost: true }, layer: 'limit' },
  { what: 'a fault is above frost', state: { sensorFault: true, frost: true }, layer: 'sensor' },
  { what: 'no reading at all is above a window', state: { reading: undefined, window: openWindow }, layer: 'sensor' },
  { what: 'frost is above a window', state: { frost: true, window: openWindow }, layer: 'frost' },
  { what: 'a window is above the target', state: { reading: room(15), window: openWindow }, layer: 'window' },
  { what: 'the target is what is left', state: {}, layer: 'target' },
] as const)('$what', ({ state, layer }) => {
  expect(decided(stateWith(state)).layer).toBe(layer)
})

test.for<{ mode: Settings['mode']; output: Output; celsius: number; demand: Demand }>([
  { mode: 'heat', output: 'off', celsius: 19.7, demand: 'heat' },
  { mode: 'heat', output: 'off', celsius: 19.8, demand: 'keep' },
  { mode: 'heat', output: 'heat', celsius: 20.2, demand: 'keep' },
  { mode: 'heat', output: 'heat', celsius: 20.3, demand: 'off' },
  { mode: 'heat', output: 'cool', celsius: 30, demand: 'off' },
  { mode: 'cool', output: 'off', celsius: 20.3, demand: 'cool' },
  { mode: 'cool', output: 'off', celsius: 20.2, demand: 'keep' },
  { mode: 'cool', output: 'cool', celsius: 19.8, demand: 'keep' },
  { mode: 'cool', output: 'cool', celsius: 19.7, demand: 'off' },
  { mode: 'cool', output: 'heat', celsius: 10, demand: 'off' },
  { mode: 'heat_cool', output: 'off', celsius: 18.7, demand: 'heat' },
  { mode: 'heat_cool', output: 'off', celsius: 22, demand: 'keep' },
  { mode: 'heat_cool', output: 'off', celsius: 25.3, demand: 'cool' },
  { mode: 'heat_cool', output: 'heat', celsius: 26, demand: 'cool' },
  { mode: 'off', output: 'heat', celsius: 10, demand: 'off' },
  { mode: 'off', output: 'cool', celsius: 30, demand: 'off' },
  { mode: 'off', output: 'off', celsius: 10, demand: 'keep' },
])('$mode at $celsius °C while it is $output: $demand', ({ mode, output, celsius, demand }) => {
  expect(decided(stateWith({ output, reading: room(celsius) }, { mode })).demand).toBe(demand)
})

test.for<{ what: string; settings: Partial<Settings>; targets: object }>([
  { what: 'off', settings: { mode: 'off' }, targets: {} },
  { what: 'a target', settings: { target: 19.5 }, targets: { heat: 19.5 } },
  { what: 'a preset before a target', settings: { target: 25, preset: 'eco' }, targets: { heat: 18 } },
  { what: 'cooling', settings: { mode: 'cool', target: 24, preset: 'eco' }, targets: { cool: 24 } },
  { what: 'cooling an empty home', settings: { mode: 'cool', target: 24, preset: 'away' }, targets: { cool: 28 } },
  { what: 'cooling little', settings: { mode: 'cool', target: 30, preset: 'away' }, targets: { cool: 30 } },
  { what: 'a band', settings: { mode: 'heat_cool' }, targets: { heat: 19, cool: 25 } },
  { what: 'a wider band away', settings: { mode: 'heat_cool', preset: 'away' }, targets: { heat: 16, cool: 28 } },
])('aims at what the mode and the preset say: $what', ({ settings, targets }) => {
  expect(targetsOf({ ...DEFAULT_SETTINGS, ...settings })).toEqual(targets)
})

test('shows the target that a person would read on the wall', () => {
  expect(shownTarget({ ...DEFAULT_SETTINGS, target: 22.5 })).toBe(22.5)
  expect(shownTarget({ ...DEFAULT_SETTINGS, target: 22.5, preset: 'sleep' })).toBe(17.5)
})

test.for([
  { what: 'fresh', age: millis(STALE_AFTER - 1), status: 'ok' },
  { what: 'a quarter of an hour old', age: STALE_AFTER, status: 'sensor-stale' },
])('a reading that is $what: $status', ({ age, status }) => {
  expect(decided(stateWith({ reading: room(20, millis(NOW - age)) })).status).toBe(status)
})

test.for<{ what: string; state: Partial<ThermostatState>; mode?: Settings['mode']; at?: Millis; demand: Demand }>([
  { what: 'cold, in the rhythm', state: { reading: room(11.9) }, demand: 'heat' },
  { what: 'cold, in heat_cool', state: { reading: room(11.9) }, mode: 'heat_cool', demand: 'heat' },
  { what: 'cold, between two beats', state: { reading: room(11.9) }, at: NOW, demand: 'off' },
  { what: 'not cold', state: { reading: room(12) }, demand: 'off' },
  { what: 'never seen', state: { reading: undefined }, demand: 'off' },
  { what: 'cold, but off', state: { reading: room(6) }, mode: 'off', demand: 'off' },
  { what: 'cold, but cooling', state: { reading: room(6) }, mode: 'cool', demand: 'off' },
])('a room without a sensor, $what: $demand', ({ state, mode = 'heat', at = BLIND_ON, demand }) => {
  expect(decided(stateWith({ ...state, sensorFault: true }, { mode }), at)).toEqual({
    demand,
    status: 'sensor-fault',
    layer: 'sensor',
  })
})

test('the blind rhythm is on for one tenth of the time', () => {
  const cold = stateWith({ reading: room(8), sensorFault: true })
  const on = Array.from({ length: 120 }, (_, minute) => decided(cold, minutes(minute)).demand).filter(
    (demand) => demand === 'heat',
  )
  expect(on).toHaveLength(12)
})

test.for([
  { at: 0, next: 3 },
  { at: 2.9, next: 3 },
  { at: 3, next: 30 },
  { at: 29, next: 30 },
  { at: 61, next: 63 },
])('after minute $at the blind rhythm changes at minute $next', ({ at, next }) => {
  expect(nextBlindChange(minutes(at))).toBe(minutes(next))
})

test.for([
  { frost: false, celsius: 5.1, expected: false },
  { frost: false, celsius: 5, expected: true },
  { frost: true, celsius: 6.9, expected: true },
  { frost: true, celsius: 7, expected: false },
])('frost protection that is $frost at $celsius °C: $expected', ({ frost, celsius, expected }) => {
  expect(frostAfter(frost, celsius)).toBe(expected)
})

test.for([
  { what: 'just opened', open: true, airedBefore: false, passed: seconds(59), airing: false },
  { what: 'open for a minute', open: true, airedBefore: false, passed: WINDOW_DELAY, airing: true },
  { what: 'just closed after airing', open: false, airedBefore: true, passed: seconds(59), airing: true },
  { what: 'closed for a minute', open: false, airedBefore: true, passed: WINDOW_DELAY, airing: false },
  { what: 'closed after somebody passed through', open: false, airedBefore: false, passed: seconds(1), airing: false },
  { what: 'opened again while airing', open: true, airedBefore: true, passed: seconds(1), airing: true },
])('a window $what: airing $airing', ({ open, airedBefore, passed, airing }) => {
  expect(isAiring(stateWith({ window: { open, since: NOW, airedBefore } }), millis(NOW + passed))).toBe(airing)
})

test.for<{ what: string; state: Partial<ThermostatState>; status: string }>([
  { what: 'a relay that has just been told', state: { relayWrongSince: seconds(4491) }, status: 'ok' },
  { what: 'a relay that is wrong for ten seconds', state: { relayWrongSince: seconds(4490) }, status: 'relay-stuck' },
  {
    what: 'a relay that is wrong, in a room that is too hot',
    state: { relayWrongSince: seconds(4490), overheated: true },
    status: 'relay-stuck',
  },
  {
    what: 'a relay that is wrong, while nobody feels the room',
    state: { relayWrongSince: seconds(4490), reading: undefined },
    status: 'relay-stuck',
  },
  {
    what: 'half an hour of heating for nothing',
    state: { output: 'heat', switchedAt: minutes(45), celsiusAtSwitch: 19.9 },
    status: 'heat-failure',
  },
  {
    what: 'half an hour of heating for two tenths',
    state: { output: 'heat', switchedAt: minutes(45), celsiusAtSwitch: 19.75 },
    status: 'ok',
  },
  {
    what: 'a little less than half an hour',
    state: { output: 'heat', switchedAt: minutes(45.1), celsiusAtSwitch: 20 },
    status: 'ok',
  },
])('says of $what: $status', ({ state, status }) => {
  expect(decided(stateWith(state)).status).toBe(status)
})

test.for<{ output: Output; demand: Demand; held: Millis; safety?: boolean; next: Output }>([
  { output: 'off', demand: 'heat', held: millis(MIN_OFF - 1), next: 'off' },
  { output: 'off', demand: 'heat', held: MIN_OFF, next: 'heat' },
  { output: 'off', demand: 'heat', held: millis(MIN_OFF - 1), safety: true, next: 'off' },
  { output: 'off', demand: 'cool', held: MIN_OFF, next: 'cool' },
  { output: 'heat', demand: 'off', held: millis(MIN_ON - 1), next: 'heat' },
  { output: 'heat', demand: 'off', held: MIN_ON, next: 'off' },
  { output: 'heat', demand: 'off', held: millis(0), safety: true, next: 'off' },
  { output: 'heat', demand: 'cool', held: minutes(60), next: 'off' },
  { output: 'cool', demand: 'heat', held: minutes(60), next: 'off' },
  { output: 'heat', demand: 'keep', held: minutes(60), next: 'heat' },
  { output: 'heat', demand: 'heat', held: minutes(60), next: 'heat' },
])('$output for $held ms and asked for $demand: $next', ({ output, demand, held, safety = false, next }) => {
  expect(guard({ output, demand, switchedAt: NOW, uptime: millis(NOW + held), safety })).toBe(next)
})

test('says when it will let go', () => {
  expect(guardEndsAt('off', NOW)).toBe(NOW + MIN_OFF)
  expect(guardEndsAt('cool', NOW)).toBe(NOW + MIN_ON)
})
