// Sensors behind the kernel's hardware monitoring drivers: SHT3x, SHT21, LM75, TMP102, MCP9808 (jc42).
import { join } from 'node:path'
import type { Clock } from '#contract/clock.ts'
import { findByName, readNumber } from './sysfs.ts'

const DEVICES = 'class/hwmon'

/** The folder of the device with this `name`, such as `sht3x` or `lm75`. */
export const findHwmon = (name: string, sysRoot = '/sys'): string => findByName(join(sysRoot, DEVICES), name)

export const readHwmonCelsius = async (clock: Clock, device: string): Promise<number> =>
  (await readNumber(clock, join(device, 'temp1_input'))) / 1000

export const readHwmonPercent = async (clock: Clock, device: string): Promise<number> =>
  (await readNumber(clock, join(device, 'humidity1_input'))) / 1000
