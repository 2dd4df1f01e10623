// The whole agent as a user runs it: let in by a person through a real hub's pages, on a real kernel's lines, a thermometer behind one of
// its drivers. Hours of it in a minute: the story is guest/heating.ts, and what came of each of its steps is judged here.
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { parseInstant } from '#contract/clock.ts'
import { instant } from '#contract/time.ts'
import { bootKernel, kernelFolder } from './kernel.ts'
import { guestProgram, shippedAgent } from './programs.ts'

const onKernel = test.skipIf(kernelFolder === undefined)

let steps: ReadonlyMap<unknown, unknown>
const step = (name: string) => steps.get(name)

beforeAll(async () => {
  if (kernelFolder === undefined) return
  await using machine = bootKernel({
    args: [guestProgram('heating'), shippedAgent, LATCHKEY, guestProgram('lines')],
    timeTravel: true,
    // A browser's cookies are not made for 1970.
    startsAt: parseInstant('2026-01-15T06:00:00Z') ?? instant(0),
  })
  await machine.ended
  const facts = machine.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
  // What failed says more than what is missing after it.
  expect(facts.filter(({ failed }) => failed !== undefined)).toEqual([])
  steps = new Map(facts.map(({ step, ...rest }) => [step, rest]))
}, 240_000)

const LATCHKEY = fileURLToPath(new URL('../../simulator/latchkey.mjs', import.meta.url))

onKernel('a person lets it in with its code', () => {
  expect(step('let in')).toEqual({ page: 'It is let in' })
})

onKernel('a cold room is heated once the guard lets go, not sooner and not later', () => {
  const { heatsAfterSeconds } = step('cold') as Record<string, unknown>
  expect(heatsAfterSeconds).toBeGreaterThanOrEqual(180)
  expect(heatsAfterSeconds).toBeLessThanOrEqual(182)
})

onKernel('a warm room is not, and the house sees it', () => {
  expect(step('warm')).toEqual({ action: 'idle' })
})

onKernel('a button at the wall changes the target that the house sees', () => {
  expect(step('button')).toEqual({ target: '20.5' })
})

onKernel('a target from afar moves the relay, as soon as it has rested', () => {
  const { raised, toHeat, toRest } = step('set from afar') as Record<string, unknown>
  expect(raised).toBe('24')
  expect(toHeat).toBeLessThanOrEqual(181)
  expect(toRest).toBeLessThanOrEqual(121)
})

onKernel(
  'a thermometer that goes away is named once, ends the heating after a quarter of an hour, and is taken back',
  () => {
    const { toGiveUp, ...rest } = step('sensor away') as Record<string, unknown>
    // The last reading may be ten seconds old by then.
    expect(toGiveUp).toBeGreaterThanOrEqual(889)
    expect(toGiveUp).toBeLessThanOrEqual(902)
    expect(rest).toEqual({
      stale: 'sensor-stale',
      alert: 'The sensor has fallen silent: the heating is off, or barely on where it was cold.',
      ...{ staysOff: true, told: 1 },
      ...{ well: 'ok', worksAgain: 1 },
    })
  },
)

onKernel('a thermometer that says 85 °C is not believed: the heating ends with that reading', () => {
  const { toRefuse, ...rest } = step('nonsense') as Record<string, unknown>
  expect(toRefuse).toBeLessThanOrEqual(11)
  expect(rest).toEqual({ fault: 'sensor-fault', well: 'ok' })
})

onKernel(
  'with the hub dead for two hours it heats and rests as before, says so once, and finds the hub again by itself',
  () => {
    const { toComeBack, ...rest } = step('hub dead') as Record<string, unknown>
    // The longest pause between two attempts.
    expect(toComeBack).toBeLessThanOrEqual(300)
    expect(rest).toEqual({ warnings: [expect.any(String)], current: expect.stringMatching(/^21/), level: 1 })
  },
)

onKernel('told to end, it opens the relay and says good-bye', () => {
  expect(step('told to end')).toEqual({ code: 0, level: 0, state: 'disconnected' })
})

onKernel('a relay whose line another program has is named once, and heats soon after that one lets go', () => {
  const { toTake, ...rest } = step('line taken') as Record<string, unknown>
  expect(toTake).toBeLessThanOrEqual(11)
  expect(rest).toEqual({
    because: 'Cannot take GPIO17 of pinctrl-bcm2835 as it must be free: got held by "latchkey test"',
    ...{ named: 1, over: 1 },
    // The one of its first hour: nobody had to let it in again.
    codes: 1,
  })
})
