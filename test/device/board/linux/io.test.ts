import { expect, test } from 'vitest'
import { createLinuxIo } from '../../../../device/board/linux/io.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'
import { createTree } from './tree.ts'

const open = (chip?: string) =>
  createLinuxIo({
    clock: new VirtualClock(),
    tell: () => {},
    devRoot: createTree({ null: '' }),
    ...(chip !== undefined && { chip }),
  })

test('a machine without a header says which chips it looked for', () => {
  expect(() => open()).toThrow(
    'Cannot find the GPIO chip as its label must be pinctrl-bcm2835 or pinctrl-bcm2711 or pinctrl-rp1: got none',
  )
  expect(() => open('1c20800.pinctrl')).toThrow('as its label must be 1c20800.pinctrl: got none')
})
