// What is asked of the kernel; that it obeys is test/kernel's to see.
import { expect, test } from 'vitest'
import { settingsOf } from '../../../../device/board/linux/lines.ts'

test.for([
  { what: 'nothing is wired or asked for', wiring: {}, bias: undefined, asked: 'as_is' },
  { what: 'the wiring wants none', wiring: { bias: 'none' }, bias: undefined, asked: 'none' },
  { what: 'a program asks for another', wiring: { bias: 'none' }, bias: 'down', asked: 'down' },
] as const)('where $what, an input has the bias $asked', ({ wiring, bias, asked }) => {
  expect(settingsOf({ direction: 'input', wiring, bias })).toMatchObject({ direction: 'input', bias: asked })
})
