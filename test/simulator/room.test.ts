import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Room, type Surroundings, stepRoom, TERRACED_1990 } from '../../simulator/house/room.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const still: Surroundings = { outdoorCelsius: 4, watts: 0, windowOpen: false }
const roomAt = (celsius: number): Room => ({ airCelsius: celsius, fabricCelsius: celsius })

const celsius = fc.double({ min: -20, max: 40, noNaN: true })
const room = fc.record({ airCelsius: celsius, fabricCelsius: celsius })
const surroundings = fc.record({
  outdoorCelsius: celsius,
  watts: fc.double({ min: -4_000, max: 9_000, noNaN: true }),
  windowOpen: fc.boolean(),
})
const duration = fc.double({ min: 0, max: DAY, noNaN: true })

test('a room as warm as outdoors, with nothing in it that heats, stays as it is', () => {
  const after = stepRoom(roomAt(4), still, DAY)
  expect(after.airCelsius).toBeCloseTo(4, 9)
  expect(after.fabricCelsius).toBeCloseTo(4, 9)
})

test('left alone it cools to outdoors, air and fabric, and never below', () => {
  const afterADay = stepRoom(roomAt(20), still, DAY)
  expect(afterADay.airCelsius).toBeGreaterThan(4)
  expect(afterADay.airCelsius).toBeLessThan(12)
  expect(afterADay.fabricCelsius).toBeGreaterThan(afterADay.airCelsius)
  expect(stepRoom(roomAt(20), still, 30 * DAY).airCelsius).toBeCloseTo(4, 2)
})

test('settles where the heating balances what is lost', () => {
  const { airToFabricWattsPerKelvin: inner, fabricToOutdoorWattsPerKelvin: outer } = TERRACED_1990
  const lossPerKelvin = TERRACED_1990.ventilationWattsPerKelvin + (inner * outer) / (inner + outer)
  const { airCelsius } = stepRoom(roomAt(4), { ...still, watts: 3_000 }, 30 * DAY)
  expect(airCelsius).toBeCloseTo(4 + 3_000 / lossPerKelvin, 2)
})

test('an open window cools it faster', () => {
  const shut = stepRoom(roomAt(20), still, HOUR)
  const open = stepRoom(roomAt(20), { ...still, windowOpen: true }, HOUR)
  expect(open.airCelsius).toBeLessThan(shut.airCelsius - 2)
})

test('air answers within minutes, fabric within hours', () => {
  const { airCelsius, fabricCelsius } = stepRoom(roomAt(15), { ...still, watts: 8_000 }, 600)
  expect(airCelsius).toBeGreaterThan(16)
  expect(fabricCelsius).toBeLessThan(15.2)
})

test('no time changes nothing', () => {
  fc.assert(
    fc.property(room, surroundings, (room, around) => {
      const after = stepRoom(room, around, 0)
      expect(after.airCelsius).toBeCloseTo(room.airCelsius, 12)
      expect(after.fabricCelsius).toBeCloseTo(room.fabricCelsius, 12)
    }),
  )
})

test('without power it stays between the warmest and the coldest there is', () => {
  fc.assert(
    fc.property(room, surroundings, duration, (room, around, seconds) => {
      const all = [room.airCelsius, room.fabricCelsius, around.outdoorCelsius]
      const after = stepRoom(room, { ...around, watts: 0 }, seconds)
      for (const celsius of [after.airCelsius, after.fabricCelsius]) {
        expect(celsius).toBeGreaterThanOrEqual(Math.min(...all) - 1e-9)
        expect(celsius).toBeLessThanOrEqual(Math.max(...all) + 1e-9)
      }
    }),
  )
})

test('more power is never a colder room', () => {
  fc.assert(
    fc.property(
      room,
      surroundings,
      duration,
      fc.double({ min: 0, max: 8_000, noNaN: true }),
      (room, around, t, more) => {
        const less = stepRoom(room, around, t).airCelsius
        expect(stepRoom(room, { ...around, watts: around.watts + more }, t).airCelsius).toBeGreaterThanOrEqual(
          less - 1e-9,
        )
      },
    ),
  )
})

test('two steps arrive where one does, to a hundredth of a degree', () => {
  fc.assert(
    fc.property(room, surroundings, duration, duration, (room, around, first, second) => {
      const twice = stepRoom(stepRoom(room, around, first), around, second)
      const once = stepRoom(room, around, first + second)
      expect(Math.abs(twice.airCelsius - once.airCelsius)).toBeLessThan(0.01)
      expect(Math.abs(twice.fabricCelsius - once.fabricCelsius)).toBeLessThan(0.01)
    }),
  )
})

test('the heat that came in is the heat that is there', () => {
  const sealed = {
    ...TERRACED_1990,
    ventilationWattsPerKelvin: 0,
    windowWattsPerKelvin: 0,
    fabricToOutdoorWattsPerKelvin: 0,
  }
  const { airJoulesPerKelvin, fabricJoulesPerKelvin } = sealed
  const joules = ({ airCelsius, fabricCelsius }: Room) =>
    airCelsius * airJoulesPerKelvin + fabricCelsius * fabricJoulesPerKelvin
  fc.assert(
    fc.property(room, surroundings, duration, (room, around, seconds) => {
      const gained = joules(stepRoom(room, around, seconds, sealed)) - joules(room)
      expect(Math.abs(gained - around.watts * seconds)).toBeLessThan(10)
    }),
  )
})
