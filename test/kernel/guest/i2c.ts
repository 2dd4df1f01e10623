// In the machine, reads and writes devices on its I2C bus and sensors behind kernel drivers, as it is told.
import { createInterface } from 'node:readline'
import { systemClock } from '#contract/clock.ts'
import { BoardError } from '../../../device/board/error.ts'
import { findHwmon, readHwmonCelsius } from '../../../device/board/linux/hwmon.ts'
import { openI2c } from '../../../device/board/linux/i2c.ts'
import { findIio, readIio } from '../../../device/board/linux/iio.ts'

export type I2cStep =
  | { readonly do: 'write'; readonly bus: number; readonly address: number; readonly bytes: readonly number[] }
  | {
      readonly do: 'read'
      readonly bus: number
      readonly address: number
      readonly register?: number
      readonly length: number
    }
  | { readonly do: 'hwmon'; readonly name: string }
  | { readonly do: 'iio'; readonly name: string; readonly channel: string }

const print = (fact: object) => process.stdout.write(`${JSON.stringify(fact)}\n`)

async function take(step: I2cStep): Promise<object> {
  switch (step.do) {
    case 'write': {
      using bus = openI2c({ bus: step.bus, clock: systemClock })
      bus.write(step.address, step.bytes)
      return { wrote: step.bytes.length }
    }
    case 'read': {
      using bus = openI2c({ bus: step.bus, clock: systemClock })
      return { read: [...(await bus.read(step.address, step.register, step.length))].join(' ') }
    }
    case 'hwmon':
      return { celsius: await readHwmonCelsius(systemClock, findHwmon(step.name)) }
    case 'iio':
      return { value: await readIio(systemClock, findIio(step.name), step.channel) }
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  take(JSON.parse(line) as I2cStep).then(print, (error: unknown) => {
    if (!(error instanceof BoardError)) throw error
    print({ code: error.code, message: error.message })
  })
})
