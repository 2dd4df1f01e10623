import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { bootGuest, type Guest, type GuestProgram, type Header, plugHeader, tmp102Bytes } from './guest.ts'
import { kernelFolder } from './kernel.ts'
import { guestProgram } from './programs.ts'

const onKernel = test.skipIf(kernelFolder === undefined)

const [RELAY, RELAY_ON_LOW, BUTTON, PIR, CONTACT, LED] = [17, 18, 22, 23, 24, 27] as const
const TMP102 = 0x48

let guest: Guest
let header: Header
let thermostat: GuestProgram
/** How many facts were there when the test began. */
let from = 0

const roomIs = (celsius: number) => guest.call.setRegisters(TMP102, 0, tmp102Bytes(celsius))

beforeAll(async () => {
  if (kernelFolder === undefined) return
  guest = await bootGuest()
  header = await plugHeader(guest)
  await header.pull(BUTTON, 1)
  await header.pull(PIR, 0)
  await roomIs(20)
  thermostat = await guest.start('thermostat', [guestProgram('thermostat')])
  await thermostat.fact({ celsius: 20 })
})
beforeEach(() => {
  from = thermostat?.facts.length ?? 0
})
afterAll(() => guest?.[Symbol.asyncDispose]())

onKernel('a Thermometer reads the sensor and a Relay heats the room', async () => {
  await roomIs(18)
  await header.reaches(RELAY, 1)
  await roomIs(23.5)
  await header.reaches(RELAY, 0)
  await thermostat.fact({ celsius: 23.5, heating: false }, from)
})

onKernel('a Relay on a line that is active low draws it down when it closes', async () => {
  expect(await header.level(RELAY_ON_LOW)).toBe(0)
})

onKernel('a Button with a pull-up hears a press, and a Led shows it', async () => {
  expect(await header.level(LED)).toBe(0)
  await header.pull(BUTTON, 0)
  await thermostat.fact({ targetCelsius: 21 }, from)
  await header.reaches(LED, 1)
  await header.pull(BUTTON, 1)
})

onKernel('a Motion sensor tells both edges', async () => {
  await header.pull(PIR, 1)
  await thermostat.fact({ motion: true }, from)
  await header.pull(PIR, 0)
  await thermostat.fact({ motion: false }, from)
})

onKernel('a Switch tells open and closed, pulled up by the pin itself', async () => {
  await thermostat.fact({ contact: 'open' })
  await header.pull(CONTACT, 0)
  await thermostat.fact({ contact: 'closed' }, from)
  await header.pull(CONTACT, 1)
  await thermostat.fact({ contact: 'open' }, from)
})

onKernel('SIGTERM leaves every relay at its safe level and every line free', async () => {
  await roomIs(15)
  await header.reaches(RELAY, 1)
  await thermostat.signal('SIGTERM')
  expect(await thermostat.ended).toBe(0)
  expect(await header.level(RELAY)).toBe(0)
})

onKernel('an input that another program has is told once, and works when that one lets go', async () => {
  const other = await guest.start('other', [guestProgram('lines')])
  await other.tell({ do: 'take', offset: PIR, settings: { direction: 'input' } })
  await other.fact({ took: PIR })
  const second = await guest.start('second', [guestProgram('thermostat')])
  const { error } = await second.fact({ type: 'trouble', part: `GPIO${PIR}` })
  expect(error).toBe(`Cannot take GPIO${PIR} of pinctrl-bcm2835 as it must be free: got held by "latchkey test"`)
  await second.fact({ ready: true })
  await other.tell({ do: 'release', offset: PIR })
  await second.fact({ type: 'recovered', part: `GPIO${PIR}` })
  await header.pull(PIR, 1)
  await second.fact({ motion: true })
  expect(second.facts.filter(({ type }) => type === 'trouble')).toHaveLength(1)
  await second.signal('SIGTERM')
  await second.ended
})

onKernel('SIGKILL makes the kernel let go of the relay', async () => {
  const third = await guest.start('third', [guestProgram('thermostat')])
  await header.reaches(RELAY, 1)
  await third.signal('SIGKILL')
  expect(await third.ended).toBe('SIGKILL')
  await header.reaches(RELAY, 0)
})

onKernel(
  'a Relay whose line another program has does not say that it is closed, and works when that one lets go',
  async () => {
    const other = await guest.start('holder', [guestProgram('lines')])
    await other.tell({ do: 'take', offset: RELAY, settings: { direction: 'output', level: 0 } })
    await other.fact({ took: RELAY })
    const heater = await guest.start('heater', [guestProgram('relay')])
    await heater.fact({ closed: false, code: 'held' })
    await other.tell({ do: 'release', offset: RELAY })
    await heater.fact({ closed: true, level: 1 })
    expect(await header.level(RELAY)).toBe(1)
    expect(heater.facts.filter(({ part }) => part !== undefined)).toEqual([
      { type: 'trouble', part: `GPIO${RELAY}` },
      { type: 'recovered', part: `GPIO${RELAY}` },
    ])
    await heater.signal('SIGKILL')
  },
)
