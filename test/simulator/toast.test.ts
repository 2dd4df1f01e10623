import { describe, expect, test } from 'vitest'
import { cycleLength } from '../../device/toaster/programs.ts'
import {
  type BreadKind,
  brown,
  freshSlice,
  isBurnt,
  shadeOf,
  stepSlice,
  stepSlot,
  stepToasting,
  type ToastingSlot,
} from '../../simulator/toaster/toast.ts'

const COLD: ToastingSlot = { slotCelsius: 20 }
const fresh = (kind: BreadKind = 'bread') => freshSlice({ kind })

/** A slice that was heated so long, out of the slot as `before` left it. */
function toasted(seconds: number, kind: BreadKind = 'bread', before = COLD) {
  const { slice } = stepToasting({ ...before, slice: fresh(kind) }, true, seconds)
  if (slice === undefined) throw new Error('the slice is gone')
  return slice
}

/** Whole seconds until `done`, at most half an hour. */
function secondsUntil(done: (now: ReturnType<typeof toasted>) => boolean, kind: BreadKind = 'bread'): number {
  let now: ToastingSlot = { ...COLD, slice: fresh(kind) }
  for (let second = 1; second < 1800; second++) {
    now = stepToasting(now, true, 1)
    if (now.slice !== undefined && done(now.slice)) return second
  }
  throw new Error('it never was')
}

describe('browning after Zanoni, Peri & Bruno 1995', () => {
  test.for([
    { celsius: 200, seconds: 140 },
    { celsius: 220, seconds: 72 },
    { celsius: 240, seconds: 39 },
  ])('a dry crust at $celsius °C is at ΔE 20 after $seconds s', ({ celsius, seconds }) => {
    expect(brown(0, { celsius }, seconds - 3)).toBeLessThan(20)
    expect(brown(0, { celsius }, seconds + 3)).toBeGreaterThan(20)
  })

  test('the exact solution has no step that is too long: two halves are one whole', () => {
    const half = brown(0, { celsius: 220 }, 50)
    expect(brown(half, { celsius: 220 }, 50)).toBeCloseTo(brown(0, { celsius: 220 }, 100), 10)
  })

  test('nothing gets browner than ΔE 52', () => {
    expect(brown(0, { celsius: 240 }, 1e6)).toBeCloseTo(52, 10)
  })

  test('bread does not brown in the drawer', () => {
    expect(brown(3, { celsius: 60 }, 30 * 86_400)).toBe(3)
  })

  test('fruit loaf browns 1.8 times as fast at the same heat', () => {
    expect(brown(0, { celsius: 220, kind: 'fruit-loaf' }, 40)).toBeCloseTo(brown(0, { celsius: 220 }, 72), 10)
  })
})

describe('a slice in a slot', () => {
  test('waits at 100 °C until the water of its surface is gone, and browns only then', () => {
    const boiling = secondsUntil(({ celsius }) => celsius === 100)
    const dry = secondsUntil(({ waterShare }) => waterShare === 0)
    expect(dry - boiling).toBeGreaterThan(8)
    expect(toasted(boiling + 3)).toMatchObject({ celsius: 100, deltaE: 0 })
    expect(toasted(dry - 1).deltaE).toBe(0)
    expect(toasted(dry + 30).deltaE).toBeGreaterThan(1)
  })

  test('is dried by the heat of water: 2257 J for each of its 0.6 g, from 120 W less what a slot at 60 °C takes', () => {
    const { waterShare } = stepSlice({ ...fresh(), celsius: 100 }, { heating: true, slotCelsius: 60 }, 5)
    expect(waterShare).toBeCloseTo(1 - (5 * (120 - 0.3 * 40)) / (0.6 * 2257), 10)
  })

  test('from the freezer begins at −18 °C and stays at 0 °C until its ice is gone', () => {
    expect(fresh('frozen')).toMatchObject({ celsius: -18, iceShare: 1 })
    expect(toasted(20, 'frozen')).toMatchObject({ celsius: 0 })
    const thawed = secondsUntil(({ iceShare }) => iceShare === 0, 'frozen')
    // 4500 J of melting from 120 W and what the slot adds.
    expect(thawed).toBeGreaterThan(30)
    expect(thawed).toBeLessThan(40)
  })

  test('thaws by itself in a kitchen, in minutes, and does not dry there', () => {
    const slot = { heating: false, slotCelsius: 20 }
    expect(stepSlice(fresh('frozen'), slot, 120)).toMatchObject({ celsius: 0, iceShare: expect.closeTo(1, 0) })
    expect(stepSlice(fresh('frozen'), slot, 7200)).toMatchObject({
      celsius: expect.closeTo(20, 1),
      iceShare: 0,
      waterShare: 1,
    })
  })

  test('cools to the slot when the heat is off, and stays as brown as it is', () => {
    const hot = toasted(155)
    const cold = stepSlice(hot, { heating: false, slotCelsius: 20 }, 86_400)
    expect(hot.celsius).toBeGreaterThan(200)
    expect(cold.celsius).toBeCloseTo(20, 6)
    expect(cold.deltaE).toBeGreaterThan(hot.deltaE)
    expect(cold.deltaE).toBeLessThan(hot.deltaE + 1.5)
  })

  test.for(['bread', 'frozen', 'fruit-loaf', 'bagel'] as const)('%s never gets paler or wetter with time', (kind) => {
    let before = toasted(1, kind)
    for (let seconds = 2; seconds <= 300; seconds++) {
      const now = toasted(seconds, kind)
      expect(now.deltaE).toBeGreaterThanOrEqual(before.deltaE)
      expect(now.waterShare).toBeLessThanOrEqual(before.waterShare)
      expect(now.iceShare).toBeLessThanOrEqual(before.iceShare)
      before = now
    }
  })

  test.for(['bread', 'frozen', 'fruit-loaf', 'bagel'] as const)(
    '%s is the same whether it is looked at every tenth of a second or once',
    (kind) => {
      const slot = { heating: true, slotCelsius: 90 }
      let often = fresh(kind)
      for (let tenth = 0; tenth < 1800; tenth++) often = stepSlice(often, slot, 0.1)
      const once = stepSlice(fresh(kind), slot, 180)
      expect(often.celsius).toBeCloseTo(once.celsius, 3)
      expect(often.deltaE).toBeCloseTo(once.deltaE, 2)
    },
  )

  test('that is hot or colder than any freezer is none', () => {
    expect(() => freshSlice({ kind: 'bread', startCelsius: 90 })).toThrow(
      'Cannot take a slice as it must be between -30 and 60 °C: got 90 °C',
    )
    expect(() => freshSlice({ kind: 'bread', startCelsius: Number.NaN })).toThrow(RangeError)
  })

  test('may come from another place than its kind: bread at −10 °C has ice, a frozen slice at 5 °C has none', () => {
    expect(freshSlice({ kind: 'bread', startCelsius: -10 })).toMatchObject({ celsius: -10, iceShare: 1 })
    expect(freshSlice({ kind: 'frozen', startCelsius: 5 })).toMatchObject({ celsius: 5, iceShare: 0 })
  })
})

describe("the device's programs in a cold toaster", () => {
  const programmed = (
    browning: number,
    program: Parameters<typeof cycleLength>[0] = 'bread',
    kind: BreadKind = 'bread',
  ) => toasted(cycleLength(program, browning) / 1000, kind).deltaE

  test.for([1, 2, 3, 4, 5, 6, 7])('browning %i makes the shade of that number', (browning) => {
    expect(shadeOf(programmed(browning))).toBe(browning)
  })

  test('the darkest is not burnt', () => {
    expect(isBurnt(programmed(7))).toBe(false)
  })

  test('five minutes are', () => {
    expect(isBurnt(toasted(300).deltaE)).toBe(true)
  })

  test('frozen bread is paler than fresh, and defrost makes up for it within a shade', () => {
    expect(programmed(4, 'bread', 'frozen')).toBeLessThan(programmed(4) - 5)
    expect(Math.abs(shadeOf(programmed(4, 'defrost', 'frozen')) - 4)).toBeLessThanOrEqual(1)
  })

  test('a bagel needs its own program', () => {
    expect(shadeOf(programmed(4, 'bread', 'bagel'))).toBeLessThan(4)
    expect(shadeOf(programmed(4, 'bagel', 'bagel'))).toBe(4)
  })

  test('fruit loaf gets nearly twice as brown as bread in a short time, and is burnt by the darkest', () => {
    const ratio = programmed(1, 'bread', 'fruit-loaf') / programmed(1)
    expect(ratio).toBeGreaterThan(1.6)
    expect(ratio).toBeLessThan(2.2)
    expect(isBurnt(programmed(7, 'bread', 'fruit-loaf'))).toBe(true)
  })
})

describe('the memory of a slot', () => {
  const afterABatch = stepToasting(stepToasting(COLD, true, 130), false, 30)

  test('a second batch is browner, by no more than two shades', () => {
    const [first, second] = [toasted(130), toasted(130, 'bread', afterABatch)]
    expect(shadeOf(second.deltaE)).toBeGreaterThan(shadeOf(first.deltaE))
    expect(shadeOf(second.deltaE)).toBeLessThanOrEqual(shadeOf(first.deltaE) + 2)
  })

  test('a slot forgets within the half hour', () => {
    const { deltaE } = toasted(130, 'bread', stepToasting(afterABatch, false, 1800))
    expect(deltaE).toBeCloseTo(toasted(130).deltaE, 1)
  })

  test('a slot warms and cools exactly: two halves are one whole', () => {
    expect(stepSlot(stepSlot(20, true, 40), true, 40)).toBeCloseTo(stepSlot(20, true, 80), 10)
    expect(stepSlot(stepSlot(150, false, 40), false, 40)).toBeCloseTo(stepSlot(150, false, 80), 10)
  })

  test('an empty slot has no slice, however long it is left', () => {
    expect(stepToasting(COLD, true, 60)).toEqual({ slotCelsius: stepSlot(20, true, 60) })
  })

  test('a year is as quick to step over as a minute, with the heat on or off', () => {
    const begun = performance.now()
    const left = stepToasting(stepToasting({ ...COLD, slice: fresh() }, true, 365 * 86_400), false, 365 * 86_400)
    expect(performance.now() - begun).toBeLessThan(500)
    expect(left.slotCelsius).toBeCloseTo(20, 1)
    expect(left.slice?.deltaE).toBeCloseTo(52, 3)
  })
})

test.for([
  { deltaE: 0, shade: 0 },
  { deltaE: 5.2, shade: 0 },
  { deltaE: 5.4, shade: 1 },
  { deltaE: 8, shade: 1 },
  { deltaE: 24, shade: 4 },
  { deltaE: 40, shade: 7 },
  { deltaE: 52, shade: 7 },
])('ΔE $deltaE is shade $shade', ({ deltaE, shade }) => {
  expect(shadeOf(deltaE)).toBe(shade)
})

test('bread is burnt from ΔE 45', () => {
  expect([44.9, 45].map(isBurnt)).toEqual([false, true])
})
