import { expect, test } from 'vitest'
import type { PropertyPath, Value } from '#contract/property.ts'
import { type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { createThermostatControl } from '../../../device/thermostat/control.ts'
import { DEFAULT_SETTINGS } from '../../../device/thermostat/state.ts'
import { switchOn } from '../machine.ts'

const control = createThermostatControl()
const STARTED = Date.UTC(2030, 0, 1)
const wallAt = (uptime: Millis) => new Date(STARTED + uptime).toISOString()

function thermostat(saved: unknown = undefined) {
  const machine = switchOn(control, { saved, startedAt: STARTED })
  const { pass, hear } = machine
  return Object.assign(machine, {
    /** The room is at `celsius` all the while, and read every ten seconds. */
    pass(length: Millis, celsius?: number) {
      if (celsius === undefined) return pass(length)
      pass(length, { every: seconds(10), meanwhile: () => hear({ type: 'temperature', celsius }) })
    },
  })
}

test('knows nothing of the room before the first reading, and says nothing of it', () => {
  const { shown, actuators } = thermostat()
  expect(shown).not.toHaveProperty('climate/current')
  expect(shown).not.toHaveProperty('climate/humidity')
  expect(shown).toMatchObject({ 'climate/mode': 'heat', 'climate/action': 'idle', 'health/status': 'sensor-stale' })
  expect(actuators).toEqual({ heat: false, cool: false })
})

test('waits three minutes after power-on before it heats a cold room', () => {
  const device = thermostat()
  device.pass(seconds(179), 15)
  expect(device.actuators.heat).toBe(false)
  expect(device.due).toBe(minutes(3))
  device.pass(seconds(1), 15)
  expect(device.actuators).toEqual({ heat: true, cool: false })
  expect(device.shown).toMatchObject({ 'climate/action': 'heating', 'climate/current': 15 })
})

test.for<{ path: PropertyPath; value: Value; expected: object }>([
  { path: 'climate/mode', value: 'cool', expected: { 'climate/mode': 'cool' } },
  { path: 'climate/mode', value: 'off', expected: { 'climate/mode': 'off', 'climate/action': 'off' } },
  { path: 'climate/target', value: 22.5, expected: { 'climate/target': 22.5, 'climate/preset': 'none' } },
  { path: 'climate/target-low', value: 23, expected: { 'climate/target-low': 23 } },
  { path: 'climate/target-high', value: 21, expected: { 'climate/target-high': 21 } },
  { path: 'climate/preset', value: 'eco', expected: { 'climate/preset': 'eco', 'climate/target': 18 } },
  { path: 'climate/hold', value: { indefinite: true }, expected: { 'climate/hold': { indefinite: true } } },
  { path: 'climate/hold', value: {}, expected: { 'climate/hold': {} } },
  {
    path: 'climate/hold',
    value: { until: wallAt(minutes(5)), id: 'c-1' },
    expected: { 'climate/hold': { until: wallAt(minutes(5)) } },
  },
])('$path set to $value shows it', ({ path, value, expected }) => {
  const device = thermostat()
  expect(device.obey(path, value)).toEqual({ ok: true })
  expect(device.shown).toMatchObject(expected)
})

test.for<{ what: string; path: PropertyPath; value: Value; code: string }>([
  { what: 'a low target too near the high', path: 'climate/target-low', value: 23.1, code: 'out_of_range' },
  { what: 'a high target too near the low', path: 'climate/target-high', value: 20.9, code: 'out_of_range' },
  {
    what: 'a hold until a moment gone',
    path: 'climate/hold',
    value: { until: wallAt(millis(0)) },
    code: 'out_of_range',
  },
  { what: 'a hold until no time', path: 'climate/hold', value: { until: 'tomorrow' }, code: 'invalid' },
  { what: 'a hold of another shape', path: 'climate/hold', value: { until: 7 }, code: 'invalid' },
  { what: 'a property it does not have', path: 'climate/colour', value: 'red', code: 'unknown_property' },
])('refuses $what and stays as it was', ({ path, value, code }) => {
  const device = thermostat()
  const before = device.saved
  expect(device.obey(path, value)).toMatchObject({ ok: false, code })
  expect(device.saved).toEqual(before)
})

test('takes two targets that are two kelvin apart in tenths, whatever binary fractions say', () => {
  const device = thermostat()
  for (let tenths = 251; tenths <= 350; tenths++) {
    expect(device.obey('climate/target-high', tenths / 10)).toEqual({ ok: true })
    expect(device.obey('climate/target-low', (tenths - 20) / 10)).toEqual({ ok: true })
  }
})

test('a target turned by hand ends a preset, and choosing a preset ends a hold', () => {
  const device = thermostat()
  device.obey('climate/preset', 'away')
  device.obey('climate/target', 21.5)
  expect(device.shown).toMatchObject({ 'climate/preset': 'none', 'climate/target': 21.5 })
  device.obey('climate/hold', { indefinite: true })
  device.obey('climate/preset', 'sleep')
  expect(device.shown).toMatchObject({ 'climate/preset': 'sleep', 'climate/hold': {} })
})

test('a hold brings the preset back that was in force, at its time and not before', () => {
  const device = thermostat()
  device.obey('climate/preset', 'eco')
  device.obey('climate/hold', { until: wallAt(seconds(90)) })
  device.obey('climate/target', 22)
  device.pass(seconds(89))
  expect(device.shown).toMatchObject({ 'climate/target': 22, 'climate/hold': { until: wallAt(seconds(90)) } })
  device.pass(seconds(1))
  expect(device.shown).toMatchObject({ 'climate/preset': 'eco', 'climate/target': 18, 'climate/hold': {} })
})

test('a hold that is made longer still brings back the first preset', () => {
  const device = thermostat()
  device.obey('climate/preset', 'eco')
  device.obey('climate/hold', { until: wallAt(minutes(1)) })
  device.obey('climate/target', 22)
  device.obey('climate/hold', { until: wallAt(minutes(2)) })
  device.pass(minutes(2))
  expect(device.shown).toMatchObject({ 'climate/preset': 'eco', 'climate/hold': {} })
})

test('settings and a hold come back after a power cut; the room does not', () => {
  const before = thermostat()
  before.pass(seconds(1), 20)
  before.obey('climate/mode', 'heat_cool')
  before.obey('climate/target-high', 26)
  before.obey('climate/preset', 'comfort')
  before.obey('climate/hold', { until: wallAt(minutes(60)) })
  const after = thermostat(JSON.parse(JSON.stringify(before.saved)))
  expect(after.saved).toEqual(before.saved)
  expect(after.shown).toMatchObject({ 'climate/hold': { until: wallAt(minutes(60)) }, 'climate/target-high': 26 })
  expect(after.shown).not.toHaveProperty('climate/current')
})

test('a hold that ran out while there was no power is over at once', () => {
  const saved = { ...DEFAULT_SETTINGS, hold: { type: 'until', until: STARTED - 1, resume: 'eco' } }
  expect(thermostat(saved).shown).toMatchObject({ 'climate/hold': {}, 'climate/preset': 'eco' })
})

test('a window open for a minute pauses the heating, closed for a minute lets it go on', () => {
  const device = thermostat()
  device.pass(minutes(10), 18)
  device.hear({ type: 'window', open: true })
  expect(device.shown['climate/window']).toBe(true)
  device.pass(seconds(59), 18)
  expect(device.actuators.heat).toBe(true)
  device.pass(seconds(1), 18)
  expect(device.actuators.heat).toBe(false)
  device.pass(minutes(10), 18)
  device.hear({ type: 'window', open: false })
  device.pass(seconds(59), 18)
  expect(device.actuators.heat).toBe(false)
  device.pass(seconds(1), 18)
  expect(device.actuators.heat).toBe(true)
})

test('somebody passing through a door switches nothing', () => {
  const device = thermostat()
  device.pass(minutes(10), 18)
  device.hear({ type: 'window', open: true })
  device.pass(seconds(5), 18)
  device.hear({ type: 'window', open: false })
  for (let step = 0; step < 70; step++) {
    device.pass(seconds(1), 18)
    expect(device.actuators.heat).toBe(true)
  }
  expect(device.shown['climate/window']).toBe(false)
})

test('a window slammed by the wind for a moment does not end the airing', () => {
  const device = thermostat()
  device.pass(minutes(10), 18)
  device.hear({ type: 'window', open: true })
  device.pass(minutes(10), 18)
  device.hear({ type: 'window', open: false })
  device.pass(seconds(5), 18)
  device.hear({ type: 'window', open: true })
  for (let step = 0; step < 70; step++) {
    device.pass(seconds(1), 18)
    expect(device.actuators.heat).toBe(false)
  }
})

test.for([
  { percent: 45.4, shown: 45 },
  { percent: 0, shown: 0 },
  { percent: 100, shown: 100 },
  { percent: 101, shown: undefined },
  { percent: -1, shown: undefined },
  { percent: Number.NaN, shown: undefined },
])('a humidity of $percent % is shown as $shown', ({ percent, shown }) => {
  const device = thermostat()
  device.hear({ type: 'humidity', percent })
  expect(device.shown['climate/humidity']).toBe(shown)
})

test('a relay that does not do what it is told is said after ten seconds, and forgotten once it does', () => {
  const device = thermostat()
  device.hear({ type: 'relay', closed: false })
  device.pass(minutes(4), 18)
  expect(device.actuators.heat).toBe(true)
  expect(device.shown['health/status']).toBe('relay-stuck')
  device.hear({ type: 'relay', closed: true })
  expect(device.shown['health/status']).toBe('ok')
})

test('asks to be called at least once a minute, so that a relay is told again what to do', () => {
  const device = thermostat()
  device.pass(minutes(10), 20)
  expect(device.due).toBe(minutes(11))
})
