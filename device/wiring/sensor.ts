// What measures: a chip that the kernel has a driver for, or one that is read over I2C.
import * as v from 'valibot'
import { address, between, oneOf, range, strict, text, whole } from './rules.ts'

/** Family codes of 1-Wire thermometers, then their number. */
const ONE_WIRE_ID = /^(10|22|28|3b|42)-[0-9a-f]{12}$/
const ID = 'must be an id as /sys/bus/w1/devices has it, such as 28-3c01d6071a2b'

const ds18b20 = strict({
  type: v.literal('ds18b20'),
  /** Left out: the only one there is. */
  id: v.optional(v.pipe(v.string(ID), v.regex(ONE_WIRE_ID, ID))),
  /** Of `dtoverlay=w1-gpio`, which has it from the kernel's side: only so that nothing else is put there. */
  pin: v.optional(whole(0, 27, 'the pin of dtoverlay=w1-gpio'), 4),
})
const bme280 = strict({ type: v.literal('bme280'), address: v.optional(address([0x76, 0x77]), 0x76) })
const iio = strict({
  type: v.literal('iio'),
  name: text('what the file "name" in /sys/bus/iio/devices/* says, such as bme280'),
  channel: v.optional(text('a channel, such as temp'), 'temp'),
})
const hwmon = strict({
  type: v.literal('hwmon'),
  name: text('what the file "name" in /sys/class/hwmon/* says, such as lm75'),
})
/** The kernel's driver for it, on SPI, has this name. */
const max31855 = strict({
  type: v.literal('max31855'),
  name: v.optional(text('the name of the kernel driver'), 'maxim_thermocouple'),
})

/** Where the chip's address pin may go: ground, supply, SDA, SCL. */
const adcAddress = v.optional(address(range(0x48, 0x4b)), 0x48)
const channel = whole(0, 3, 'an input of the ADS1115')
const supplyVolts = v.optional(between(2, 4.096, 'volts'), 3.3)

/** From 3.3 V over a resistor to the input, and from there over the NTC to ground. */
const ntc = strict({
  type: v.literal('ntc'),
  address: adcAddress,
  channel,
  'supply-volts': supplyVolts,
  'series-ohms': v.optional(between(100, 1_000_000, 'ohms'), 10_000),
  /** At 25 °C. */
  ohms: v.optional(between(100, 1_000_000, 'ohms'), 10_000),
  beta: v.optional(between(2000, 6000, 'kelvin'), 3950),
})

const kinds = (names: readonly string[]) => `must have a type, one of ${names.join(', ')}`

/** Of a room, or of the weather. */
export const roomSensor = v.variant('type', [ds18b20, bme280, iio, hwmon], kinds(['ds18b20', 'bme280', 'iio', 'hwmon']))
/** Of a case that gets hot. */
export const caseSensor = v.variant(
  'type',
  [max31855, ntc, ds18b20, iio, hwmon],
  kinds(['max31855', 'ntc', 'ds18b20', 'iio', 'hwmon']),
)
export type SensorWiring = v.InferOutput<typeof roomSensor> | v.InferOutput<typeof caseSensor>
export type NtcWiring = Extract<SensorWiring, { type: 'ntc' }>

/** A potentiometer between supply and ground, its middle at the input. */
export const knob = strict({ type: oneOf(['ads1115'], ''), address: adcAddress, channel, 'supply-volts': supplyVolts })
export type KnobWiring = v.InferOutput<typeof knob>

export const display = v.variant(
  'type',
  [
    strict({
      type: v.literal('lcd'),
      // PCF8574 and PCF8574A, whatever is soldered to their address pins.
      address: v.optional(address([...range(0x20, 0x27), ...range(0x38, 0x3f)]), 0x27),
    }),
    strict({ type: v.literal('ssd1306'), address: v.optional(address([0x3c, 0x3d]), 0x3c) }),
  ],
  kinds(['lcd', 'ssd1306']),
)
export type DisplayWiring = v.InferOutput<typeof display>
