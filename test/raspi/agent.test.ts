// The agent as it is shipped, on the processor and the GPIO driver of a Raspberry Pi. What QEMU 7 lacks of a Pi 3 is not here: its I2C and
// 1-Wire, and wires that drive an input.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { type Guest, type GuestProgram, meetGuest } from '../kernel/guest.ts'
import { until } from '../until.ts'
import { bootRaspi, type Pin, type Raspi } from './raspi.ts'

const RELAY = 17
/** The chip's own thermometer, which says 25 °C here. */
const HALL = `
name: Hall
wiring:
  sensor: { type: hwmon, name: cpu_thermal }
  heat: { pin: ${RELAY}, active: high }
behaviour: { rests: { min-on-seconds: 10, min-off-seconds: 10 } }
`
/** Somebody wants it very warm. */
const SETTINGS = {
  ...{ mode: 'heat', target: 30, targetLow: 19, targetHigh: 25, preset: 'none' },
  hold: { type: 'none' },
}
const FOLDER = '/run/device/thermostat'
const SIGNER = ['/latchkey/signer.mjs', FOLDER]
const [INPUT, LOW, HIGH] = [
  { output: false, level: 0 },
  { output: true, level: 0 },
  { output: true, level: 1 },
] as const

let raspi: Raspi
let guest: Guest

beforeAll(async () => {
  raspi = await bootRaspi()
  guest = await meetGuest(raspi)
  await guest.call.makeFolder(FOLDER)
  await guest.call.write('/run/hall.yaml', HALL)
  await guest.call.write(`${FOLDER}/thermostat.json`, JSON.stringify(SETTINGS))
})
afterAll(() => raspi?.[Symbol.asyncDispose]())

const startAgent = (name: string): Promise<GuestProgram> =>
  guest.start(name, [
    '/latchkey/agent.mjs',
    ...['thermostat', '--config', '/run/hall.yaml', '--data', '/run/device'],
    // Nobody is there.
    ...['--hub', 'http://127.0.0.1:9', '--json'],
  ])
/** Node starts in four seconds here, or in ten. */
const becomes = (wanted: Partial<Pin>) =>
  until(
    async () => expect.objectContaining(wanted).asymmetricMatch(await raspi.pin(RELAY)),
    `the relay to be ${JSON.stringify(wanted)}`,
    seconds(60),
  )

test('a relay on the real driver is low when it is taken, high once the guard lets go, and given back low at the end', async () => {
  expect(await raspi.pin(RELAY)).toEqual(INPUT)
  const agent = await startAgent('first')
  await becomes(LOW)
  const takenAt = performance.now()
  await becomes(HIGH)
  expect(performance.now() - takenAt).toBeGreaterThan(8_000)
  const [, kilobytes] = /VmRSS:\s*(\d+) kB/.exec(await guest.call.read(`/proc/${agent.pid}/status`)) ?? []
  expect(Number(kilobytes)).toBeLessThan(80 * 1024)
  await agent.signal('SIGTERM')
  expect(await agent.ended).toBe(0)
  expect(await raspi.pin(RELAY)).toEqual(INPUT)
  expect(agent.facts.filter(({ part }) => part !== undefined)).toEqual([])
})

test('its sealed credentials are found again, and sign', async () => {
  const [first, second] = [await guest.start('signer', SIGNER), await guest.start('signer again', SIGNER)]
  const signed = await first.fact({ arch: 'arm64', verified: true })
  expect(await second.fact({})).toEqual(signed)
})

test('Debian’s kernel gives the relay back when the agent is killed', async () => {
  const agent = await startAgent('second')
  await becomes(HIGH)
  await agent.signal('SIGKILL')
  expect(await agent.ended).toBe('SIGKILL')
  // An input again, which a resistor pulls to where the relay is open. QEMU has no resistors: it leaves the level as it was.
  await becomes({ output: false })
})
