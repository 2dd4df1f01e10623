// The ADS1115 (TI SBAS444): four analog inputs on I2C, which a Raspberry Pi lacks.
import { millis } from '#contract/time.ts'
import { createQueue, type Queue } from '../../queue.ts'
import { BoardError } from '../error.ts'
import { i2cPart } from '../trouble.ts'
import { readI2c, writeI2c } from './i2c.ts'
import type { Site } from './site.ts'

const CONVERSION = 0x00
const CONFIG = 0x01
/** Table 8-3: start, input against ground, ±4.096 V, one conversion, 128 a second, no comparator. */
const configOf = (channel: number): number =>
  0x8000 | ((0b100 | channel) << 12) | (0b001 << 9) | 0x0100 | (0b100 << 5) | 0b11
const VOLTS_A_BIT = 4.096 / 32768
/** At 128 a second, which may be a tenth slower. */
const CONVERTS_FOR = millis(10)
const DONE = 0x8000

/** One conversion at a time on each chip, whoever asks. */
const conversions = new WeakMap<Site, Map<number, Queue>>()

/** Volts against ground. Rejects with a `BoardError`. */
export function readVolts(
  site: Site,
  { address, channel }: { readonly address: number; readonly channel: number },
): Promise<number> {
  const chips = conversions.get(site) ?? new Map<number, Queue>()
  conversions.set(site, chips)
  const chip = chips.get(address) ?? createQueue()
  chips.set(address, chip)
  return chip.add(() => convert(site, address, channel))
}

async function convert(site: Site, address: number, channel: number): Promise<number> {
  const config = configOf(channel)
  writeI2c(site, address, [CONFIG, config >> 8, config & 0xff])
  await site.clock.sleep(CONVERTS_FOR)
  const status = Buffer.from(await readI2c(site, { address, register: CONFIG, length: 2 })).readUInt16BE(0)
  // What is there otherwise is the last conversion, maybe of another input, or of before a power cut.
  if (status !== config && status !== (config & ~DONE)) {
    throw new BoardError(
      'failed',
      `Cannot read ${i2cPart(site, address)} as it must be as we set it: got another state`,
    )
  }
  if ((status & DONE) === 0) {
    throw new BoardError('timed_out', `Cannot read ${i2cPart(site, address)} as it must have converted: it has not`)
  }
  return Buffer.from(await readI2c(site, { address, register: CONVERSION, length: 2 })).readInt16BE(0) * VOLTS_A_BIT
}
