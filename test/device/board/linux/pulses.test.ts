import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openPulses } from '../../../../device/board/linux/pulses.ts'
import { createTroubles } from '../../../../device/board/trouble.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'
import { createTree } from './tree.ts'

function open() {
  const folder = createTree({ 'pwm1/period': '0', 'pwm1/duty_cycle': '0', 'pwm1/enable': '0' })
  const chip = { folder, channels: new Map([[13, 1]]) }
  const pulses = openPulses({ chip, clock: new VirtualClock(), troubles: createTroubles(() => {}) })
  const read = (name: string) => Number(readFileSync(join(folder, 'pwm1', name), 'utf8'))
  return { pulses, written: () => [read('period'), read('duty_cycle')] }
}

test.for([
  { share: 0, dutyNanos: 0 },
  { share: 0.5, dutyNanos: 500_000 },
  { share: 2, dutyNanos: 1_000_000 },
])('an LED at $share of its light', ({ share, dutyNanos }) => {
  const { pulses, written } = open()
  pulses.dim(13, share)
  expect(written()).toEqual([1_000_000, dutyNanos])
})

test.for([
  { what: 'microseconds', value: 1500, micros: 1500 },
  { what: 'an angle', value: 90, micros: 1500 },
  { what: 'its lowest angle', value: 0, micros: 600 },
])('a servo at $what', ({ value, micros }) => {
  const { pulses, written } = open()
  pulses.moveServo(13, value)
  expect(written()).toEqual([20_000_000, micros * 1000])
})

test('a servo with ends of its own', () => {
  const { pulses, written } = open()
  pulses.setServoRange(13, 1000, 2000)
  pulses.moveServo(13, 180)
  expect(written()).toEqual([20_000_000, 2_000_000])
})

test('a pin without hardware PWM is refused with the setting that brings it', () => {
  const { pulses } = open()
  expect(() => pulses.dim(17, 1)).toThrow(
    'Cannot pulse GPIO17 as it must have hardware PWM: got none (dtoverlay=pwm-2chan, GPIO12, 13, 18 or 19)',
  )
})
