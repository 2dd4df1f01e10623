// A temperature, and where the chip has it a humidity, as long as the sensor lives. johnny-five's Thermometer goes on with the last value
// of a sensor that died; ours falls silent, and who needs a fresh one looks at the clock.
import { CALLED_OFF } from '#contract/clock.ts'
import type { Millis } from '#contract/time.ts'
import type { NtcWiring, SensorWiring } from '../../wiring/sensor.ts'
import { BoardError } from '../error.ts'
import { findHwmon, readHwmonCelsius, readHwmonPercent } from '../linux/hwmon.ts'
import { findIio, readIioCelsius, readIioPercent } from '../linux/iio.ts'
import { readOneWire } from '../linux/one-wire.ts'
import { i2cPart } from '../trouble.ts'
import { readVolts } from './adc.ts'
import { createBme280 } from './bme280.ts'
import type { Site } from './site.ts'

export interface Measured {
  /** NaN: the sensor answers, and with nonsense. */
  readonly celsius: number
  readonly percent?: number
}

/** `heard` gets each value that the sensor gives, not yet believed, and nothing while it gives none. */
export async function openThermometer(
  site: Site,
  {
    wiring,
    every,
    heard,
  }: { readonly wiring: SensorWiring; readonly every: Millis; readonly heard: (now: Measured) => void },
): Promise<Disposable> {
  const { default: Thermometer } = await import('johnny-five/lib/thermometer.js')
  const { board, clock, notices } = site
  let feed = (_celsius: number) => {}
  const controller = {
    initialize: {
      value: (_options: object, callback: (celsius: number) => void) => {
        feed = callback
      },
    },
    toCelsius: { value: (celsius: number) => celsius },
  }
  // Disabled: it would emit the last value by a timer of its own, for ever.
  const thermometer = new Thermometer({ board, controller }).disable()

  const { part, read } = readerOf(site, wiring)
  const closed = new AbortController()
  const { signal } = closed
  const readOn = async () => {
    while (!signal.aborted) {
      try {
        const { celsius, percent } = await read()
        if (signal.aborted) return
        notices.worked(part)
        feed(celsius)
        heard({ celsius: thermometer.celsius, ...(percent !== undefined && { percent }) })
      } catch (error) {
        if (signal.aborted) return
        notices.failed(part, error)
        if (error instanceof Nonsense) heard({ celsius: Number.NaN })
      }
      await clock.sleep(every, signal).catch(() => {})
    }
  }
  void readOn()
  return { [Symbol.dispose]: () => closed.abort(CALLED_OFF) }
}

/** It answers, but not about a temperature. Whoever decides is told so at once, and need not wait until the last value is old. */
class Nonsense extends BoardError {
  constructor(part: string, found: string) {
    super('failed', `Cannot use ${part} as it must have measured: got ${found}`)
  }
}

interface Reader {
  /** What the log calls it. */
  readonly part: string
  read(): Promise<Measured>
}

function readerOf(site: Site, wiring: SensorWiring): Reader {
  const { clock, sysRoot } = site
  switch (wiring.type) {
    case 'ds18b20': {
      const part = `1-wire ${wiring.id ?? 'thermometer'}`
      return { part, read: () => readDs18b20(site, wiring.id, part) }
    }
    case 'bme280':
      return { part: i2cPart(site, wiring.address), read: createBme280(site, wiring.address) }
    case 'iio':
      return {
        part: `iio ${wiring.name}`,
        async read() {
          // Found anew each time: a number such as iio:device0 may be another's after it was away.
          const device = findIio(wiring.name, sysRoot)
          const celsius = await readIioCelsius(clock, device, wiring.channel)
          return withPercent(celsius, readIioPercent(clock, device))
        },
      }
    case 'max31855':
      return {
        part: `iio ${wiring.name}`,
        read: async () => ({ celsius: await readIioCelsius(clock, findIio(wiring.name, sysRoot)) }),
      }
    case 'hwmon':
      return {
        part: `hwmon ${wiring.name}`,
        async read() {
          const device = findHwmon(wiring.name, sysRoot)
          return withPercent(await readHwmonCelsius(clock, device), readHwmonPercent(clock, device))
        },
      }
    case 'ntc': {
      const part = i2cPart(site, wiring.address)
      return {
        part,
        async read() {
          const celsius = ntcCelsius(wiring, await readVolts(site, wiring))
          if (celsius === undefined) throw new Nonsense(part, 'an NTC that is cut or shorted')
          return { celsius }
        },
      }
    }
  }
}

async function readDs18b20({ clock, sysRoot }: Site, id: string | undefined, part: string): Promise<Measured> {
  const reading = await readOneWire(id, { clock, sysRoot })
  switch (reading.type) {
    case 'celsius':
      return { celsius: reading.celsius }
    case 'missing':
      throw reading.error
    case 'power_on':
      // What it holds before its first conversion.
      throw new Nonsense(part, '85 °C, its value at power-on')
    case 'crc':
      throw new BoardError('failed', `Cannot read ${part} as its bits must arrive whole: got a wrong checksum`)
  }
}

/** Most chips measure no humidity. */
const withPercent = async (celsius: number, reading: Promise<number>): Promise<Measured> => {
  const percent = await reading.catch(() => undefined)
  return { celsius, ...(percent !== undefined && { percent }) }
}

const KELVIN_AT_25 = 298.15

/** The B equation. Undefined for a wire that is cut, or shorted. */
export function ntcCelsius(wiring: NtcWiring, volts: number): number | undefined {
  const ratio = volts / wiring['supply-volts']
  if (!(ratio > 0.01 && ratio < 0.99)) return undefined
  const ohms = (wiring['series-ohms'] * ratio) / (1 - ratio)
  return 1 / (1 / KELVIN_AT_25 + Math.log(ohms / wiring.ohms) / wiring.beta) - 273.15
}
