import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { GIVE_UP_AFTER } from '../../../../device/board/linux/sysfs.ts'
import { compensate, decodeConstants } from '../../../../device/board/parts/bme280.ts'
import { type Measured, ntcCelsius, openThermometer } from '../../../../device/board/parts/thermometer.ts'
import type { NtcWiring, SensorWiring } from '../../../../device/wiring/sensor.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'
import type { FakeChip } from '../fake-io.ts'
import { createPlace } from '../site.ts'

let sysRoot: string
beforeAll(async () => {
  sysRoot = await mkdtemp(join(tmpdir(), 'latchkey-sys-'))
})
afterAll(() => rm(sysRoot, { recursive: true }))

const W1 = 'bus/w1/devices/28-000000000001'
const IIO = 'bus/iio/devices/iio:device0'

async function kernelSays(folder: string, attributes: Readonly<Record<string, string>>) {
  await mkdir(join(sysRoot, folder), { recursive: true })
  for (const [name, text] of Object.entries(attributes)) await writeFile(join(sysRoot, folder, name), `${text}\n`)
}
const kernelForgets = (folder: string) => rm(join(sysRoot, folder), { recursive: true, force: true })

/** Real files are read: virtual time stands still while one is, or the sensor would be given up on a busy machine. */
function createPatientClock(): VirtualClock {
  let reads = 0
  const settle = async () => {
    do await setImmediate()
    while (reads > 0)
  }
  const clock = new VirtualClock(undefined, settle)
  const { sleep } = clock
  clock.sleep = (length, signal) => {
    // Each read has an end of its own, which is called off when it has settled.
    if (length === GIVE_UP_AFTER) {
      reads += 1
      signal?.addEventListener('abort', () => (reads -= 1), { once: true })
    }
    return sleep(length, signal)
  }
  return clock
}

async function thermometer(wiring: SensorWiring) {
  const place = await createPlace({ sysRoot, clock: createPatientClock() })
  const heard: Measured[] = []
  const sensor = await openThermometer(place.site, { wiring, every: seconds(10), heard: (now) => heard.push(now) })
  const pass = (count: number) => place.clock.advance(seconds(count))
  const until = async (met: () => boolean) => {
    while (!met()) await pass(1)
  }
  return { ...place, heard, sensor, pass, until }
}

test('a sensor that died tells nothing more, and is said once; mended, it tells again', async () => {
  await kernelSays(W1, { temperature: '20125' })
  const { heard, pass, until, said, sensor } = await thermometer({ type: 'ds18b20', id: undefined, pin: 4 })
  await until(() => heard.length === 3)
  expect(heard.map(({ celsius }) => celsius)).toEqual([20.125, 20.125, 20.125])
  await kernelForgets(W1)
  await until(() => said.length === 1)
  const before = heard.length
  await pass(60)
  expect(heard).toHaveLength(before)
  await kernelSays(W1, { temperature: '19000' })
  await until(() => heard.length > before)
  expect(heard.at(-1)).toEqual({ celsius: 19 })
  expect(said).toEqual([
    '1-wire thermometer: a part of the board does not work: it is tried again',
    '1-wire thermometer: a part of the board works again',
  ])
  sensor[Symbol.dispose]()
})

test('85 °C, what a DS18B20 says that lost power, is told as nonsense', async () => {
  await kernelSays(W1, { temperature: '85000' })
  const { heard, until, said, sensor } = await thermometer({ type: 'ds18b20', id: '28-000000000001', pin: 4 })
  await until(() => heard.length > 0)
  expect(heard).toEqual([{ celsius: Number.NaN }])
  expect(said).toHaveLength(1)
  sensor[Symbol.dispose]()
})

test('a sensor behind a kernel driver tells its humidity where it has one', async () => {
  await kernelSays(IIO, { name: 'bme280', in_temp_input: '21340', in_humidityrelative_input: '45500' })
  const { heard, until, sensor } = await thermometer({ type: 'iio', name: 'bme280', channel: 'temp' })
  await until(() => heard.length > 0)
  expect(heard).toEqual([{ celsius: 21.34, percent: 45.5 }])
  sensor[Symbol.dispose]()
})

/** The example of Bosch's data sheet of the BMP280, section 3.12, whose formula for the temperature is the same. */
const LOW = Buffer.alloc(26)
LOW.writeUInt16LE(27504, 0)
LOW.writeInt16LE(26435, 2)
LOW.writeInt16LE(-1000, 4)
LOW.writeUInt8(75, 25)
const HIGH = Buffer.from([0x6a, 0x01, 0x00, 0x13, 0x2b, 0x03, 0x1e])

test('a BME280 comes to the example of its data sheet', () => {
  const constants = decodeConstants([...LOW], [...HIGH])
  expect(constants).toMatchObject({ T1: 27504, T2: 26435, T3: -1000, H1: 75, H2: 362, H3: 0, H6: 30 })
  expect(constants).toMatchObject({ H4: 0x13b, H5: 0x32 })
  const { celsius, percent } = compensate(constants, 519888, 28000)
  expect(celsius).toBeCloseTo(25.08, 2)
  expect(percent).toBeGreaterThan(0)
  expect(percent).toBeLessThan(100)
})

/** A BME280 that measures when it is told to, and otherwise holds what its data sheet says it holds. */
function createBme280({ T1 = 27504, works = true } = {}): FakeChip {
  let measured = false
  const low = Buffer.from(LOW)
  low.writeUInt16LE(T1, 0)
  return {
    write([register, value]) {
      if (register === 0xf4 && value === 0x21) measured = works
    },
    read(register) {
      if (register === 0xd0) return [0x60]
      if (register === 0x88) return [...low]
      if (register === 0xe1) return [...HIGH]
      const data = measured ? [0, 0, 0, 0x7e, 0xed, 0x00, 0x6d, 0x60] : [0x80, 0, 0, 0x80, 0, 0, 0x80, 0]
      measured = false
      return data
    },
  }
}

test('a BME280 on I2C is asked for each value, and found again after it was away', async () => {
  const { io, heard, pass, until, said, sensor } = await thermometer({ type: 'bme280', address: 0x76 })
  await until(() => said.length === 1)
  expect(heard).toEqual([])
  io.chips.set(0x76, createBme280())
  await until(() => said.length === 2)
  expect(heard[0]?.celsius).toBeCloseTo(25.08, 1)
  expect(said).toEqual([
    'i2c-1 0x76: a part of the board does not work: it is tried again',
    'i2c-1 0x76: a part of the board works again',
  ])
  const before = heard.length
  io.chips.delete(0x76)
  await pass(30)
  expect(heard).toHaveLength(before)
  sensor[Symbol.dispose]()
})

test('a BME280 that did not measure is not believed, and neither is what another one is made of', async () => {
  const { io, heard, pass, until, said, sensor } = await thermometer({ type: 'bme280', address: 0x76 })
  io.chips.set(0x76, createBme280())
  await until(() => heard.length > 0)
  const first = heard.at(-1)?.celsius ?? 0
  io.chips.set(0x76, createBme280({ works: false }))
  await until(() => said.at(-1)?.includes('does not work') === true)
  const before = heard.length
  await pass(30)
  expect(heard).toHaveLength(before)
  io.chips.set(0x76, createBme280({ T1: 28_000 }))
  await until(() => heard.length > before)
  expect(Math.abs((heard.at(-1)?.celsius ?? first) - first)).toBeGreaterThan(1)
  sensor[Symbol.dispose]()
})

const ntc: NtcWiring = {
  ...{ type: 'ntc', address: 0x48, channel: 0, beta: 3950, ohms: 10_000 },
  ...{ 'series-ohms': 10_000, 'supply-volts': 3.3 },
}

test.for([
  { volts: 1.65, celsius: 25 },
  { volts: 0.3065, celsius: 86.94 },
  { volts: 2.541, celsius: 0 },
  { volts: 0, celsius: undefined },
  { volts: 3.3, celsius: undefined },
])('an NTC at $volts V is $celsius °C', ({ volts, celsius }) => {
  const found = ntcCelsius(ntc, volts)
  if (celsius === undefined || found === undefined) expect(found).toBe(celsius)
  else expect(found).toBeCloseTo(celsius, 0)
})

test('an ADS1115 that lost its settings is not believed', async () => {
  let config = 0
  let forgets = false
  const place = await thermometer(ntc)
  place.io.chips.set(0x48, {
    write([register, high = 0, low = 0]) {
      if (register === 1) config = forgets ? 0x8583 : (high << 8) | low
    },
    // 1.65 V at 0.125 mV a bit.
    read: (register) => (register === 1 ? [config >> 8, config & 0xff] : [0x33, 0x90]),
  })
  await place.until(() => place.heard.length > 0)
  expect(place.heard.at(-1)?.celsius).toBeCloseTo(25, 0)
  forgets = true
  const before = place.heard.length
  await place.pass(20)
  expect(place.heard).toHaveLength(before)
  place.sensor[Symbol.dispose]()
})
