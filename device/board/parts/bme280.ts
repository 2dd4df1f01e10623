// The BME280 (Bosch BST-BME280-DS002): temperature and humidity. It is asked for each value anew ("forced mode") and its constants are
// read again after it was away: one that lost power for a moment otherwise goes on answering with a value that looks like a room.
import { millis } from '#contract/time.ts'
import { BoardError } from '../error.ts'
import { i2cPart } from '../trouble.ts'
import { readI2c, writeI2c } from './i2c.ts'
import type { Site } from './site.ts'

const CHIP_ID = { register: 0xd0, value: 0x60 } as const
const CONSTANTS = [
  { register: 0x88, length: 26 },
  { register: 0xe1, length: 7 },
] as const
const CTRL_HUM = 0xf2
const CTRL_MEAS = 0xf4
/** Pressure, temperature, humidity; then two of temperature and three of each. */
const DATA = { register: 0xf7, length: 8 } as const
/** Section 5.4.3 and 5.4.5: humidity ×1; temperature ×1, pressure skipped, forced. */
const HUMIDITY_ONCE = 0x01
const MEASURE_ONCE = 0x21
/** Section 9.1: 1.25 + 2.3 + 2.3 + 0.575 ms at the most. */
const MEASURES_FOR = millis(10)
/** Section 5.4.7 to 5.4.9: what the data registers hold when nothing was measured. */
const NOT_MEASURED = 0x80000

/** Section 4.2.2, in its names. */
export interface Bme280Constants {
  readonly T1: number
  readonly T2: number
  readonly T3: number
  readonly H1: number
  readonly H2: number
  readonly H3: number
  readonly H4: number
  readonly H5: number
  readonly H6: number
}

export function decodeConstants(low: readonly number[], high: readonly number[]): Bme280Constants {
  const a = Buffer.from(low)
  const b = Buffer.from(high)
  const signed12 = (value: number) => (value << 20) >> 20
  return {
    ...{ T1: a.readUInt16LE(0), T2: a.readInt16LE(2), T3: a.readInt16LE(4) },
    ...{ H1: a.readUInt8(25), H2: b.readInt16LE(0), H3: b.readUInt8(2) },
    H4: signed12((b.readUInt8(3) << 4) | (b.readUInt8(4) & 0x0f)),
    H5: signed12((b.readUInt8(5) << 4) | (b.readUInt8(4) >> 4)),
    H6: b.readInt8(6),
  }
}

/** Section 8.1, compensation in floating point. `rawTemperature` has 20 bits, `rawHumidity` 16. */
export function compensate(
  { T1, T2, T3, H1, H2, H3, H4, H5, H6 }: Bme280Constants,
  rawTemperature: number,
  rawHumidity: number,
): { readonly celsius: number; readonly percent: number } {
  const first = (rawTemperature / 16384 - T1 / 1024) * T2
  const second = (rawTemperature / 131072 - T1 / 8192) ** 2 * T3
  const fine = first + second
  const h = fine - 76800
  const scaled =
    (rawHumidity - (H4 * 64 + (H5 / 16384) * h)) *
    ((H2 / 65536) * (1 + (H6 / 67108864) * h * (1 + (H3 / 67108864) * h)))
  const percent = scaled * (1 - (H1 * scaled) / 524288)
  return { celsius: fine / 5120, percent: Math.min(100, Math.max(0, percent)) }
}

/** Reads once, each time it is called. Rejects with a `BoardError`. */
export function createBme280(site: Site, address: number) {
  let constants: Bme280Constants | undefined
  const read = async ({ register, length }: { readonly register: number; readonly length: number }) =>
    readI2c(site, { address, register, length })

  const readConstants = async (): Promise<Bme280Constants> => {
    const [id] = await read({ register: CHIP_ID.register, length: 1 })
    if (id !== CHIP_ID.value) {
      throw new BoardError('missing', `Cannot use ${i2cPart(site, address)} as it must be a BME280: got chip ${id}`)
    }
    const [low, high] = [await read(CONSTANTS[0]), await read(CONSTANTS[1])]
    return decodeConstants(low, high)
  }

  return async () => {
    try {
      constants ??= await readConstants()
      writeI2c(site, address, [CTRL_HUM, HUMIDITY_ONCE])
      writeI2c(site, address, [CTRL_MEAS, MEASURE_ONCE])
      await site.clock.sleep(MEASURES_FOR)
      const data = Buffer.from(await read(DATA))
      const rawTemperature = data.readUIntBE(3, 3) >> 4
      if (rawTemperature === NOT_MEASURED) {
        throw new BoardError('failed', `Cannot read ${i2cPart(site, address)} as it must measure: got nothing measured`)
      }
      return compensate(constants, rawTemperature, data.readUInt16BE(6))
    } catch (error) {
      constants = undefined
      throw error
    }
  }
}
