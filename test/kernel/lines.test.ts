import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LineSettings } from '../../device/board/linux/gpio-abi.ts'
import type { LineStep } from './guest/lines.ts'
import { bootGuest, type Guest, type GuestProgram, type Header, plugHeader } from './guest.ts'
import { kernelFolder } from './kernel.ts'
import { guestProgram } from './programs.ts'

const onKernel = test.skipIf(kernelFolder === undefined)

let guest: Guest
let header: Header
let program: GuestProgram

beforeAll(async () => {
  if (kernelFolder === undefined) return
  guest = await bootGuest()
  header = await plugHeader(guest)
  program = await guest.start('lines', [guestProgram('lines')])
})
afterAll(() => guest?.[Symbol.asyncDispose]())

/** Does a step, and resolves with the first fact after it that has all of `wanted`. */
const step = async (what: LineStep, wanted: object, on = program) => {
  const from = on.facts.length
  await on.tell(what)
  return on.fact({ ...wanted }, from)
}
const take = (offset: number, settings: LineSettings, on?: GuestProgram) =>
  step({ do: 'take', offset, settings }, { took: offset }, on)

onKernel('finds the chip of the header by its label', async () => {
  const { chip } = await program.fact({})
  expect(chip).toMatchObject({ label: 'pinctrl-bcm2835', lines: 54 })
})

onKernel('an output has its first level from the moment it is taken', async () => {
  expect(await header.level(5)).toBe(0)
  await take(5, { direction: 'output', level: 1 })
  expect(await header.level(5)).toBe(1)
  await step({ do: 'set', offset: 5, level: 0 }, { set: 5 })
  expect(await header.level(5)).toBe(0)
  await step({ do: 'release', offset: 5 }, { released: 5 })
})

onKernel('a line that is active low has its levels upside down on the wire, the first one too', async () => {
  await take(7, { direction: 'output', level: 0, activeLow: true })
  expect(await header.level(7)).toBe(1)
  await step({ do: 'set', offset: 7, level: 1 }, { set: 7 })
  expect(await header.level(7)).toBe(0)
  await step({ do: 'release', offset: 7 }, { released: 7 })
})

onKernel('edges come with the level after them, in order, with the time the kernel saw them', async () => {
  await header.pull(8, 0)
  await take(8, { direction: 'input' })
  const from = program.facts.length
  await header.pull(8, 1)
  const rose = await program.fact({ edge: 8, level: 1 }, from)
  await header.pull(8, 0)
  const fell = await program.fact({ edge: 8, level: 0 }, from)
  expect(rose.sequence).toBe(1)
  expect(fell.sequence).toBe(2)
  expect(Number(fell.atNanos)).toBeGreaterThan(Number(rose.atNanos))
})

onKernel('the pull resistor is set without letting go of the line', async () => {
  await header.pull(9, 0)
  await take(9, { direction: 'input' })
  await step({ do: 'configure', offset: 9, settings: { direction: 'input', bias: 'up' } }, { configured: 9 })
  expect((await step({ do: 'get', offset: 9 }, { got: 9 })).level).toBe(1)
  await step({ do: 'configure', offset: 9, settings: { direction: 'input', bias: 'down' } }, { configured: 9 })
  expect((await step({ do: 'get', offset: 9 }, { got: 9 })).level).toBe(0)
})

onKernel('a level shorter than the debounce is never heard of', async () => {
  await header.pull(10, 0)
  await take(10, { direction: 'input', debounceMicros: 200_000 })
  const from = program.facts.length
  await header.pull(10, 1)
  await header.pull(10, 0)
  await header.pull(10, 1)
  await program.fact({ edge: 10, level: 1 }, from)
  expect(program.facts.slice(from).filter(({ edge }) => edge === 10)).toHaveLength(1)
})

onKernel(
  'a line that somebody else has is refused with the name of whoever has it, and is free when they let go',
  async () => {
    await take(11, { direction: 'output', level: 1 })
    const other = await guest.start('other', [guestProgram('lines')])
    await other.tell({ do: 'take', offset: 11, settings: { direction: 'output', level: 0 } })
    expect(await other.fact({ code: 'held' })).toMatchObject({
      message: 'Cannot take GPIO11 of pinctrl-bcm2835 as it must be free: got held by "latchkey test"',
    })
    expect(await header.level(11)).toBe(1)
    await step({ do: 'release', offset: 11 }, { released: 11 })
    await take(11, { direction: 'output', level: 0 }, other)
    await other.signal('SIGTERM')
    await other.ended
  },
)

onKernel('a line that the chip lacks is refused', async () => {
  const refused = await step({ do: 'take', offset: 54, settings: { direction: 'input' } }, { code: 'missing' })
  expect(refused.message).toBe('Cannot take GPIO54 of pinctrl-bcm2835 as it must be below 54: got 54')
})

onKernel('a program that is killed leaves its lines free, and its output at rest', async () => {
  const doomed = await guest.start('doomed', [guestProgram('lines')])
  await take(12, { direction: 'output', level: 1 }, doomed)
  await header.reaches(12, 1)
  await doomed.signal('SIGKILL')
  expect(await doomed.ended).toBe('SIGKILL')
  await header.reaches(12, 0)
  await take(12, { direction: 'output', level: 0 })
})
