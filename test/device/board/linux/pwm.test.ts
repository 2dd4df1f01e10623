import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { BoardError } from '../../../../device/board/error.ts'
import { findPwm, openPwm } from '../../../../device/board/linux/pwm.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'
import { createTree } from './tree.ts'

/** One chip of that device, with channel 0 already handed out, as the kernel does on a write to `export`. */
function createChip(device: string, number = 0): string {
  const chip = `class/pwm/pwmchip${number}`
  const root = createTree({
    [`${chip}/export`]: '',
    [`${chip}/pwm0/period`]: '0',
    [`${chip}/pwm0/duty_cycle`]: '0',
    [`${chip}/pwm0/enable`]: '0',
  })
  mkdirSync(join(root, 'devices', device), { recursive: true })
  symlinkSync(join(root, 'devices', device), join(root, chip, 'device'))
  return root
}

test.for([
  { board: 'a Raspberry Pi 5', device: '1f00098000.pwm', gpio: 18, channel: 2 },
  { board: 'a Raspberry Pi 4', device: 'fe20c000.pwm', gpio: 18, channel: 0 },
  { board: 'a Raspberry Pi 3', device: '3f20c000.pwm', gpio: 13, channel: 1 },
  { board: 'a Raspberry Pi Zero', device: '2020c000.pwm', gpio: 19, channel: 1 },
])('$board has GPIO$gpio on channel $channel, whatever the number of its chip', ({ device, gpio, channel }) => {
  expect(findPwm(createChip(device, 2))?.channels.get(gpio)).toBe(channel)
})

test('the chip of a fan, and no chip at all, are none of ours', () => {
  expect(findPwm(createChip('1f0009c000.pwm'))).toBeUndefined()
  expect(findPwm(createTree({}))).toBeUndefined()
})

function open() {
  const root = createChip('1f00098000.pwm')
  const chip = findPwm(root)
  if (chip === undefined) throw new Error('the chip must be there')
  const told: (BoardError | undefined)[] = []
  const pwm = openPwm({ chip, channel: 0, clock: new VirtualClock(), told: (error) => told.push(error) })
  const read = (name: string) => readFileSync(join(chip.folder, 'pwm0', name), 'utf8')
  return { pwm, told, chip, written: () => [read('period'), read('duty_cycle'), read('enable')] }
}

test('a pulse is written and started, and stopped when the owner goes', () => {
  const { pwm, told, written } = open()
  pwm.set({ periodNanos: 20_000_000, dutyNanos: 1_500_000 })
  expect(written()).toEqual(['20000000', '1500000', '1'])
  pwm.set({ periodNanos: 1_000_000, dutyNanos: 250_000 })
  expect(written()).toEqual(['1000000', '250000', '1'])
  pwm[Symbol.dispose]()
  expect(written()).toEqual(['1000000', '0', '0'])
  expect(told).toEqual([undefined, undefined])
})

test('a channel that cannot be had is told', () => {
  const { pwm, told, chip } = open()
  rmSync(chip.folder, { recursive: true })
  pwm.set({ periodNanos: 1_000_000, dutyNanos: 0 })
  expect(told).toMatchObject([{ code: 'missing' }])
})
