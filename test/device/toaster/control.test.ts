import { expect, test } from 'vitest'
import type { PropertyPath, Value } from '#contract/property.ts'
import { millis, minutes, seconds } from '#contract/time.ts'
import { createToasterControl } from '../../../device/toaster/control.ts'
import type { ToasterReading } from '../../../device/toaster/hardware.ts'
import { cycleLength, type Program } from '../../../device/toaster/programs.ts'
import { switchOn } from '../machine.ts'

const control = createToasterControl()

function toaster(saved: unknown = undefined) {
  const machine = switchOn(control, { saved })
  const { hear, obey } = machine
  return Object.assign(machine, {
    obey: (path: PropertyPath, value: Value = true) => obey(path, value),
    carriage: (position: 'up' | 'down') => hear({ type: 'carriage', position }),
    press: (key: Extract<ToasterReading, { type: 'key' }>['key']) => hear({ type: 'key', key }),
    /** Bread in, lever down, started by the person who stands there. */
    start() {
      hear({ type: 'carriage', position: 'down' })
      hear({ type: 'key', key: 'start' })
    },
  })
}

const off = { heater: false, magnet: false }

test.for<{ program: Program; browning: number; takes: number }>([
  { program: 'bread', browning: 1, takes: 70 },
  { program: 'bread', browning: 4, takes: 130 },
  { program: 'bread', browning: 7, takes: 210 },
  { program: 'bagel', browning: 4, takes: 149.5 },
  { program: 'defrost', browning: 7, takes: 283.5 },
  { program: 'reheat', browning: 4, takes: 45.5 },
])('$program at shade $browning takes $takes s', ({ program, browning, takes }) => {
  expect(cycleLength(program, browning)).toBeCloseTo(takes * 1000)
})

test('toasts from the lever to the pop, and counts down', () => {
  const device = toaster({ program: 'bread', browning: 1 })
  device.start()
  expect(device.actuators).toEqual({ heater: true, magnet: true })
  expect(device.shown).toMatchObject({ 'cycle/state': 'heating', 'cycle/remaining': 70, 'cycle/progress': 0 })
  device.pass(seconds(35))
  expect(device.shown).toMatchObject({ 'cycle/remaining': 35, 'cycle/progress': 50 })
  device.pass(seconds(35))
  expect(device.actuators).toEqual(off)
  expect(device.shown).toMatchObject({ 'cycle/state': 'done', 'cycle/remaining': 0 })
  device.carriage('up')
  expect(device.shown).toMatchObject({ 'cycle/state': 'done', 'cycle/progress': 100 })
  device.pass(seconds(10))
  expect(device.shown).toMatchObject({ 'cycle/state': 'idle', 'cycle/progress': 0 })
  expect(device.due).toBeUndefined()
  expect(device.events).toEqual([
    { event_type: 'started', program: 'bread', browning: 1, from: 'local' },
    { event_type: 'done', browning: 1 },
  ])
})

test('reheated bread waits in the warm slots with the heater off, five minutes at most', () => {
  const device = toaster({ program: 'reheat', browning: 4 })
  device.start()
  device.pass(seconds(46))
  expect(device.shown['cycle/state']).toBe('keep_warm')
  expect(device.actuators).toEqual({ heater: false, magnet: true })
  device.pass(minutes(5))
  expect(device.actuators).toEqual(off)
})

test('lifted for a look it is off; lowered again it goes on where it was', () => {
  const device = toaster({ program: 'bread', browning: 1 })
  device.start()
  device.pass(seconds(30))
  device.carriage('up')
  expect(device.shown).toMatchObject({ 'cycle/state': 'paused', 'cycle/remaining': 40, 'cycle/carriage': 'up' })
  expect(device.actuators).toEqual(off)
  device.pass(seconds(29))
  device.carriage('down')
  expect(device.shown).toMatchObject({ 'cycle/state': 'heating', 'cycle/remaining': 40 })
  device.pass(seconds(40))
  expect(device.shown['cycle/state']).toBe('done')
})

test('lifted for longer than half a minute it is cancelled', () => {
  const device = toaster()
  device.start()
  device.carriage('up')
  device.pass(seconds(30))
  expect(device.shown['cycle/state']).toBe('idle')
  expect(device.events.at(-1)).toEqual({ event_type: 'cancelled' })
  device.carriage('down')
  expect(device.actuators.heater).toBe(false)
})

test('lifts from afar by letting the magnet go', () => {
  const device = toaster()
  device.start()
  expect(device.obey('cycle/lift')).toEqual({ ok: true })
  expect(device.actuators).toEqual(off)
  device.carriage('up')
  expect(device.shown).toMatchObject({ 'cycle/state': 'paused', 'cycle/remaining': 130 })
})

test('lowered again after the longest cycle is over, it pops, and that is no fault', () => {
  const device = toaster({ program: 'defrost', browning: 7 })
  device.start()
  device.pass(seconds(280))
  device.carriage('up')
  device.pass(seconds(25))
  device.carriage('down')
  expect(device.actuators.heater).toBe(false)
  expect(device.shown['cycle/state']).toBe('done')
})

test('lifted in the moment it ends, seen late: lowered again it pops, and that is no fault', () => {
  const device = toaster({ program: 'bread', browning: 1 })
  device.start()
  device.stall(seconds(70.2))
  device.carriage('up')
  expect(device.shown['cycle/remaining']).toBe(0)
  device.carriage('down')
  expect(device.actuators.heater).toBe(false)
  expect(device.shown['cycle/state']).toBe('done')
})

test('a little more with a tenth of a second left does not trip over a step that is late by as much', () => {
  const device = toaster({ program: 'bread', browning: 1 })
  device.start()
  device.pass(seconds(69.9))
  device.carriage('up')
  device.carriage('down')
  device.stall(seconds(0.2))
  device.pass(millis(1))
  expect(device.shown['cycle/state']).toBe('done')
})

test('a bit more is half a minute, and never beyond five minutes', () => {
  const device = toaster({ program: 'bread', browning: 7 })
  device.start()
  device.obey('cycle/more')
  expect(device.shown['cycle/remaining']).toBe(240)
  for (let more = 0; more < 5; more++) expect(device.obey('cycle/more')).toEqual({ ok: true })
  expect(device.shown['cycle/remaining']).toBe(300)
})

test.for([
  { what: 'while it heats', prepare: [] as const, carriageComesUp: true },
  { what: 'while it is lifted', prepare: ['up'] as const, carriageComesUp: false },
])('cancelled $what it is idle, with an event', ({ prepare, carriageComesUp }) => {
  const device = toaster()
  device.start()
  for (const position of prepare) device.carriage(position)
  expect(device.obey('cycle/cancel')).toEqual({ ok: true })
  expect(device.actuators).toEqual(off)
  if (carriageComesUp) device.carriage('up')
  expect(device.shown['cycle/state']).toBe('idle')
  expect(device.events.at(-1)).toEqual({ event_type: 'cancelled' })
})

test('asked to cancel when there is nothing to cancel, it agrees and says nothing', () => {
  const device = toaster()
  expect(device.obey('cycle/cancel')).toEqual({ ok: true })
  expect(device.events).toEqual([])
})

test.for<{ what: string; path: PropertyPath; value?: Value; code: string }>([
  { what: 'a lift with nothing in it', path: 'cycle/lift', code: 'not_now' },
  { what: 'more of nothing', path: 'cycle/more', code: 'not_now' },
  { what: 'a start with the carriage up', path: 'cycle/start', code: 'not_now' },
  { what: 'a start that is false', path: 'cycle/start', value: false, code: 'invalid' },
  { what: 'a cancel that is false', path: 'cycle/cancel', value: false, code: 'invalid' },
  { what: 'a property it does not have', path: 'cycle/colour', code: 'unknown_property' },
])('refuses $what', ({ path, value = true, code }) => {
  const device = toaster()
  expect(device.obey(path, value)).toMatchObject({ ok: false, code })
  expect(device.actuators.heater).toBe(false)
})

test('refuses a second start while the first runs', () => {
  const device = toaster()
  device.start()
  expect(device.obey('cycle/start')).toMatchObject({ code: 'not_now', message: 'a cycle is running' })
})

test('a magnet that lets go of a carriage that does not come up is a jam after two seconds', () => {
  const device = toaster({ program: 'bread', browning: 1 })
  device.start()
  device.pass(seconds(71.9))
  expect(device.shown['cycle/state']).toBe('done')
  device.pass(seconds(0.1))
  expect(device.shown['cycle/state']).toBe('fault')
  expect(device.events.at(-1)).toEqual({ event_type: 'fault', fault: 'jam' })
  expect(device.actuators).toEqual(off)
})

test.for<{ what: string; break: (device: ReturnType<typeof toaster>) => void; fault: string }>([
  { what: 'a case above 90 °C', break: (d) => d.hear({ type: 'case', celsius: 90.5 }), fault: 'overheat' },
  {
    what: 'a case sensor that is gone',
    break: (d) => d.hear({ type: 'case', celsius: Number.NaN }),
    fault: 'overheat',
  },
  {
    what: 'a relay that opens by itself',
    break: (d) => {
      d.hear({ type: 'relay', closed: false })
      d.pass(seconds(1))
    },
    fault: 'relay',
  },
  {
    what: 'a cycle that nobody ended in time',
    break: (d) => {
      d.stall(seconds(156))
      d.pass(millis(1))
    },
    fault: 'watchdog',
  },
])('$what while it heats is a fault: $fault', ({ break: happens, fault }) => {
  const device = toaster()
  device.start()
  happens(device)
  expect(device.shown['cycle/state']).toBe('fault')
  expect(device.events.at(-1)).toEqual({ event_type: 'fault', fault })
  expect(device.actuators).toEqual(off)
})

test('a heater that cannot be switched off is a fault, and none before a second', () => {
  const device = toaster()
  device.hear({ type: 'heater', stuck: true })
  device.pass(seconds(0.9))
  expect(device.shown['cycle/state']).toBe('idle')
  device.pass(seconds(0.2))
  expect(device.shown['cycle/state']).toBe('fault')
})

test('a relay welded shut is a fault although it is idle', () => {
  const device = toaster()
  device.hear({ type: 'relay', closed: true })
  device.pass(seconds(1))
  expect(device.shown['cycle/state']).toBe('fault')
})

test.for([
  { celsius: 49.5, state: 'idle' },
  { celsius: 50, state: 'fault' },
])('a fault reset at $celsius °C: $state', ({ celsius, state }) => {
  const device = toaster()
  device.hear({ type: 'case', celsius: 95 })
  expect(device.obey('cycle/start')).toMatchObject({ code: 'not_now' })
  device.hear({ type: 'case', celsius })
  device.press('reset')
  expect(device.shown['cycle/state']).toBe(state)
})

test('program and shade survive a power cut, and nothing else does', () => {
  const device = toaster()
  device.obey('cycle/program', 'bagel')
  device.obey('cycle/browning', 6)
  device.start()
  expect(device.saved).toEqual({ program: 'bagel', browning: 6 })
  const again = toaster(device.saved)
  expect(again.shown).toMatchObject({
    'cycle/state': 'idle',
    'cycle/program': 'bagel',
    'cycle/browning': 6,
    'cycle/remote-start': false,
  })
  expect(again.actuators).toEqual(off)
})
