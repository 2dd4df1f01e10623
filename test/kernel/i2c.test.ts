import { afterAll, beforeAll, expect, test } from 'vitest'
import type { I2cStep } from './guest/i2c.ts'
import { bootGuest, type Guest, type GuestProgram, tmp102Bytes } from './guest.ts'
import { kernelFolder } from './kernel.ts'
import { guestProgram } from './programs.ts'

const onKernel = test.skipIf(kernelFolder === undefined)

let guest: Guest
let program: GuestProgram

beforeAll(async () => {
  if (kernelFolder === undefined) return
  guest = await bootGuest()
  program = await guest.start('i2c', [guestProgram('i2c')])
})
afterAll(() => guest?.[Symbol.asyncDispose]())

const step = async (what: I2cStep, wanted: object = {}) => {
  const from = program.facts.length
  await program.tell(what)
  return program.fact({ ...wanted }, from)
}

onKernel('what is written to a register is read from it', async () => {
  await step({ do: 'write', bus: 0, address: 0x76, bytes: [0xf4, 0x27, 0xa0, 0x0f] }, { wrote: 4 })
  expect(await step({ do: 'read', bus: 0, address: 0x76, register: 0xf4, length: 3 })).toEqual({ read: '39 160 15' })
})

onKernel('a device without registers, as a display behind a PCF8574, takes single bytes', async () => {
  await step({ do: 'write', bus: 0, address: 0x27, bytes: [0x08] }, { wrote: 1 })
  expect(await step({ do: 'read', bus: 0, address: 0x27, length: 1 })).toHaveProperty('read')
})

onKernel('an address where nobody answers is missing', async () => {
  expect(await step({ do: 'read', bus: 0, address: 0x29, register: 0, length: 1 })).toEqual({
    code: 'missing',
    message: 'Cannot reach i2c-0 0x29 as it must acknowledge its address: got ENODEV',
  })
})

onKernel('a bus that the machine lacks is missing, with the setting that brings it', async () => {
  expect(await step({ do: 'write', bus: 1, address: 0x27, bytes: [0] })).toEqual({
    code: 'missing',
    message:
      'Cannot open /dev/i2c-1 as it must exist (dtparam=i2c_arm=on in config.txt and the module i2c-dev): got ENOENT',
  })
})

onKernel('a sensor behind a kernel driver is read through it, and nobody else may talk to it', async () => {
  await guest.call.setRegisters(0x48, 0, tmp102Bytes(21.5))
  await guest.call.write('/sys/bus/i2c/devices/i2c-0/new_device', 'lm75 0x48')
  // LM75 keeps its register as one word, and i2c-stub holds words as they come: low byte first.
  const { celsius } = await step({ do: 'hwmon', name: 'lm75' })
  expect(Number(celsius)).toBeGreaterThan(-55)
  expect(await step({ do: 'read', bus: 0, address: 0x48, register: 0, length: 2 })).toEqual({
    code: 'held',
    message: 'Cannot reach i2c-0 0x48 as it must be free: got held by the kernel driver "lm75"',
  })
  await guest.call.write('/sys/bus/i2c/devices/i2c-0/delete_device', '0x48')
  expect(await step({ do: 'hwmon', name: 'lm75' })).toMatchObject({ code: 'missing' })
})

onKernel('a converter behind an IIO driver is read in its own unit', async () => {
  await guest.call.makeFolder('/sys/kernel/config/iio/devices/dummy/adc')
  const { value } = await step({ do: 'iio', name: 'adc', channel: 'voltage0' })
  expect(value).toBeCloseTo((73 + 7) * 0.001333, 6)
})
