// Sensors and converters behind the kernel's Industrial I/O drivers: BME280, SI7020, DHT22, MAX31855, ADS1115 (device tree overlays).
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#contract/clock.ts'
import { BoardError } from '../error.ts'
import { findByName, readNumber } from './sysfs.ts'

const DEVICES = 'bus/iio/devices'

/** The folder of the device with this `name`, such as `bme280`, `dht11` or `ads1015`. */
export const findIio = (name: string, sysRoot = '/sys'): string => findByName(join(sysRoot, DEVICES), name)

/**
 * One channel, such as `temp`, `humidityrelative` or `voltage0`, in the kernel's unit: thousandths of a degree Celsius, thousandths of a
 * percent, millivolts (Documentation/ABI/testing/sysfs-bus-iio). A driver gives it whole, or as `(raw + offset) · scale`.
 */
export async function readIio(clock: Clock, device: string, channel: string): Promise<number> {
  const whole = join(device, `in_${channel}_input`)
  if (existsSync(whole)) return readNumber(clock, whole)
  const raw = await readNumber(clock, join(device, `in_${channel}_raw`))
  return (
    (raw + (await factor(clock, { device, channel, name: 'offset' }, 0))) *
    (await factor(clock, { device, channel, name: 'scale' }, 1))
  )
}

interface Factor {
  readonly device: string
  readonly channel: string
  readonly name: 'offset' | 'scale'
}

/** A channel's own, or the one that all channels of its type share. */
async function factor(clock: Clock, { device, channel, name }: Factor, otherwise: number): Promise<number> {
  const type = channel.replace(/\d.*$/, '')
  const path = [channel, type].map((owner) => join(device, `in_${owner}_${name}`)).find(existsSync)
  return path === undefined ? otherwise : readNumber(clock, path)
}

/** A temperature channel in degrees Celsius. */
export const readIioCelsius = async (clock: Clock, device: string, channel = 'temp'): Promise<number> =>
  (await readIio(clock, device, channel)) / 1000

/** Relative humidity in percent. */
export const readIioPercent = async (clock: Clock, device: string): Promise<number> => {
  const percent = (await readIio(clock, device, 'humidityrelative')) / 1000
  if (percent >= 0 && percent <= 100) return percent
  throw new BoardError('failed', `Cannot read the humidity of ${device} as it must be 0 to 100 %: got ${percent}`)
}
