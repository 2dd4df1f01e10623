import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { findHwmon, readHwmonCelsius, readHwmonPercent } from '../../../../device/board/linux/hwmon.ts'
import { findIio, readIio, readIioCelsius, readIioPercent } from '../../../../device/board/linux/iio.ts'
import { createTree } from './tree.ts'

const clock = systemClock

test('a hwmon sensor is found by its name whatever its number, and read in degrees and percent', async () => {
  const sysRoot = createTree({
    'class/hwmon/hwmon0/name': 'cpu_thermal\n',
    'class/hwmon/hwmon1/name': 'sht3x\n',
    'class/hwmon/hwmon1/temp1_input': '21340\n',
    'class/hwmon/hwmon1/humidity1_input': '48120\n',
  })
  const device = findHwmon('sht3x', sysRoot)
  expect(await readHwmonCelsius(clock, device)).toBe(21.34)
  expect(await readHwmonPercent(clock, device)).toBe(48.12)
  expect(() => findHwmon('lm75', sysRoot)).toThrow(/as its name must be "lm75": got cpu_thermal, sht3x$/)
  expect(() => findHwmon('lm75', createTree({}))).toThrow(/: got none$/)
})

const IIO = 'bus/iio/devices/iio:device0'
test.for([
  {
    what: 'a BME280, whole',
    files: { in_temp_input: '21340\n' },
    channel: 'temp',
    expected: 21_340,
  },
  {
    what: 'an SI7020, of raw, offset and scale',
    files: { in_temp_raw: '6000', in_temp_offset: '-4368', in_temp_scale: '10.725' },
    channel: 'temp',
    expected: (6000 - 4368) * 10.725,
  },
  {
    what: "an ADS1115's first input, with a scale of its own",
    files: { in_voltage0_raw: '1200', in_voltage0_scale: '3' },
    channel: 'voltage0',
    expected: 3600,
  },
  {
    what: 'a converter whose inputs share a scale',
    files: { in_voltage1_raw: '100', in_voltage_scale: '0.5' },
    channel: 'voltage1',
    expected: 50,
  },
])('$what is read', async ({ files, channel, expected }) => {
  const sysRoot = createTree(
    Object.fromEntries(Object.entries({ name: 'chip', ...files }).map(([name, text]) => [`${IIO}/${name}`, text])),
  )
  expect(await readIio(clock, findIio('chip', sysRoot), channel)).toBeCloseTo(expected, 9)
})

test('degrees and percent of an IIO sensor', async () => {
  const sysRoot = createTree({
    [`${IIO}/name`]: 'bme280',
    [`${IIO}/in_temp_input`]: '21340',
    [`${IIO}/in_humidityrelative_input`]: '45500',
  })
  const device = findIio('bme280', sysRoot)
  expect(await readIioCelsius(clock, device)).toBe(21.34)
  expect(await readIioPercent(clock, device)).toBe(45.5)
})

test.for(['101000', '-1'])('a humidity of %s thousandths is refused', async (text) => {
  const sysRoot = createTree({ [`${IIO}/name`]: 'dht11', [`${IIO}/in_humidityrelative_input`]: text })
  await expect(readIioPercent(clock, findIio('dht11', sysRoot))).rejects.toThrow(/as it must be 0 to 100 %/)
})

test('a channel that the chip lacks is missing', async () => {
  const sysRoot = createTree({ [`${IIO}/name`]: 'chip' })
  await expect(readIio(clock, findIio('chip', sysRoot), 'temp')).rejects.toMatchObject({ code: 'missing' })
})
