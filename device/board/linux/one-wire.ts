// DS18B20 and its relatives through the kernel's w1_therm (`dtoverlay=w1-gpio`): 1-Wire needs microseconds that only the kernel has.
import { join } from 'node:path'
import type { Clock } from '#contract/clock.ts'
import { BoardError } from '../error.ts'
import { foldersIn, readNumber } from './sysfs.ts'

export type OneWireReading =
  | { readonly type: 'celsius'; readonly celsius: number }
  /** 85 °C, what the chip holds before its first conversion: it lost power while it converted. No room has it. */
  | { readonly type: 'power_on' }
  /** Bits got lost: a long cable, a weak pull-up, or two sensors that answered at once. */
  | { readonly type: 'crc' }
  /** Nobody answered to this id. */
  | { readonly type: 'missing'; readonly error: BoardError }

export interface OneWireOptions {
  readonly clock: Clock
  readonly sysRoot?: string
}

const DEVICES = 'bus/w1/devices'

/** Family codes of thermometers: DS18S20, DS1822, DS18B20, DS1825 and MAX31850, DS28EA00. */
const THERMOMETER = /^(10|22|28|3b|42)-[0-9a-f]{12}$/

/** Ids of the thermometers that the kernel sees now, such as `28-3c01d6071a2b`; one freshly plugged in shows after ten seconds. */
export const listOneWire = (sysRoot = '/sys'): readonly string[] =>
  foldersIn(join(sysRoot, DEVICES)).filter((name) => THERMOMETER.test(name))

/** What the datasheet calls the power-on reset value, in the kernel's thousandths. */
const POWER_ON = 85_000

/**
 * Converts and reads, which takes 750 ms at the chip's 12 bits. `id` undefined means the only one. Rejects with a `BoardError` where the
 * kernel does not answer at all.
 */
export async function readOneWire(
  id: string | undefined,
  { clock, sysRoot = '/sys' }: OneWireOptions,
): Promise<OneWireReading> {
  try {
    const path = join(sysRoot, DEVICES, id ?? onlyOne(sysRoot), 'temperature')
    const thousandths = await readNumber(clock, path)
    return thousandths === POWER_ON ? { type: 'power_on' } : { type: 'celsius', celsius: thousandths / 1000 }
  } catch (error) {
    if (!(error instanceof BoardError)) throw error
    if (error.code === 'missing') return { type: 'missing', error }
    // w1_therm tries three times, and says EIO when the checksum was wrong each time.
    if (error.code === 'failed') return { type: 'crc' }
    throw error
  }
}

function onlyOne(sysRoot: string): string {
  const [id, ...more] = listOneWire(sysRoot)
  if (id !== undefined && more.length === 0) return id
  const got = id === undefined ? 'none' : [id, ...more].join(', ')
  throw new BoardError(
    'missing',
    `Cannot pick a 1-Wire thermometer as there must be one where none is named: got ${got}`,
  )
}
