import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { millis, seconds } from '#contract/time.ts'
import { runProduct } from '../../../device/run.ts'
import { wireSecurity } from '../../../device/security/johnny-five.ts'
import { createPanel } from '../../../device/security/product.ts'
import { quiet } from '../../quiet.ts'
import { bounced, createPlace } from '../board/site.ts'
import { wiringOf } from '../board/wired.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'latchkey-panel-'))
})
afterAll(() => rm(root, { recursive: true }))

const PANEL = `
wiring:
  zones:
    - { id: front-door, name: Front door, sensor: door, pin: 5, entry: true }
    - { id: back-door, name: Back door, sensor: door, pin: 6 }
  siren: { pin: 17, active: high }
  buzzer: { pin: 27, active: high }
  tamper: { pin: 4 }
  keypad: { type: matrix, rows: [12, 16, 20, 21], columns: [18, 23, 24, 25] }
  armed-led: { pin: 22 }
  setup-key: { pin: 13 }
`
const LAYOUT = ['123A', '456B', '789C', '*0#D']
const ROWS = [12, 16, 20, 21]
const COLUMNS = [18, 23, 24, 25]

/** A panel that runs, with shut doors and the code 12345, and somebody at its keypad. */
async function panel() {
  const place = await createPlace()
  const { io, clock, site } = place
  const { parts, behaviour } = wiringOf('security', PANEL)
  const hardware = await wireSecurity(site, { parts, name: 'Panel' })
  const config = { ...behaviour, zones: parts.zones.map(({ zone }) => zone) }
  const { product, codes } = await createPanel({ folder: root, hardware, config, clock, log: quiet })
  if (!codes.any) await codes.add('12345')
  const settings = { load: async () => undefined, save: async () => {} }
  const running = await runProduct({ product, settings, clock, log: quiet })
  await bounced()
  for (const pin of [5, 6, 4]) io.turn(pin, 0)
  await bounced()
  const beeps = { count: 0 }
  let wasOn = false
  const state = () => running.properties().get('panel/state')

  const hold = (key: string | undefined) => {
    const row = LAYOUT.findIndex((line) => key !== undefined && line.includes(key))
    const column = key === undefined ? -1 : (LAYOUT[row]?.indexOf(key) ?? -1)
    const levels = COLUMNS.map(() => 1)
    io.wires = () => {
      for (const [index, pin] of COLUMNS.entries()) {
        const level = index === column && io.levelOf(ROWS[row] ?? -1) === 0 ? 0 : 1
        if (levels[index] !== level) io.turn(pin, level)
        levels[index] = level
      }
      const isOn = io.levelOf(27) === 1
      if (isOn && !wasOn) beeps.count++
      wasOn = isOn
    }
    for (const pin of COLUMNS) io.turn(pin, 1)
    io.wires()
  }
  const type = async (keys: string) => {
    for (const key of keys) {
      hold(key)
      await clock.advance(millis(200))
      hold(undefined)
      await clock.advance(millis(200))
    }
  }
  return {
    ...place,
    running,
    state,
    type,
    /** What the buzzer says to the last key, once the code is checked; that takes real time. */
    async beepsAfter(key: string) {
      beeps.count = 0
      await type(key)
      await until(async () => {
        await clock.advance(millis(100))
        return beeps.count > 0
      })
      await clock.advance(seconds(1))
      return beeps.count
    },
  }
}

async function until(met: () => Promise<boolean>): Promise<void> {
  while (!(await met())) await bounced()
}

test('a code at the keypad arms, and disarms after somebody came in', async () => {
  const { io, clock, running, state, type } = await panel()
  await type('12345A')
  await until(async () => state() === 'arming')
  await clock.advance(seconds(61))
  expect(state()).toBe('armed_away')
  io.turn(5, 1)
  await bounced()
  await until(async () => state() === 'pending')
  expect(io.levelOf(17)).toBe(0)
  await type('12345#')
  await until(async () => state() === 'disarmed')
  expect(io.levelOf(17)).toBe(0)
  await running[Symbol.asyncDispose]()
})

test('a door that nobody comes in by is an alarm, with the siren on until the panel ends', async () => {
  const { io, clock, running, state, type } = await panel()
  await type('12345A')
  await until(async () => state() === 'arming')
  await clock.advance(seconds(61))
  io.turn(6, 1)
  await bounced()
  await until(async () => state() === 'triggered')
  expect(io.levelOf(17)).toBe(1)
  await running[Symbol.asyncDispose]()
  expect(io.levelOf(17)).toBe(0)
})

test('a right code is answered with one tone, a wrong one with two', async () => {
  const { running, type, beepsAfter } = await panel()
  await type('54321')
  expect(await beepsAfter('#')).toBe(2)
  await type('12345')
  expect(await beepsAfter('#')).toBe(1)
  await running[Symbol.asyncDispose]()
})

test('a tampered housing and each zone are readings', async () => {
  const place = await createPlace()
  const { parts } = wiringOf('security', PANEL)
  const hardware = await wireSecurity(place.site, { parts, name: 'Panel' })
  const heard: object[] = []
  hardware.listen(
    (reading) => heard.push(reading),
    async () => ({ ok: true }),
  )
  await bounced()
  place.io.turn(4, 0)
  place.io.turn(5, 0)
  await bounced()
  expect(heard).toEqual([
    { type: 'zone', zone: 'front-door', open: true },
    { type: 'zone', zone: 'back-door', open: true },
    { type: 'tamper', open: true },
    { type: 'tamper', open: false },
    { type: 'zone', zone: 'front-door', open: false },
  ])
  await hardware[Symbol.asyncDispose]()
})

test('the small key in the box makes all new while the panel is disarmed, and silences no siren', async () => {
  const { io, clock, site } = await createPlace()
  const { parts } = wiringOf('security', PANEL)
  await using hardware = await wireSecurity(site, { parts, name: 'Panel' })
  const wishes: string[] = []
  hardware.onWish((wish) => wishes.push(wish))
  const holdIn = async (state: string) => {
    hardware.onProperties({ 'panel/state': state })
    await bounced()
    io.turn(13, 1)
    await bounced()
    io.turn(13, 0)
    await bounced()
    await clock.advance(seconds(10))
    io.turn(13, 1)
    await bounced()
    return wishes.splice(0)
  }
  for (const state of ['triggered', 'armed_away', 'pending', 'arming']) expect(await holdIn(state)).toEqual([])
  expect(await holdIn('disarmed')).toEqual(['reset'])
})
