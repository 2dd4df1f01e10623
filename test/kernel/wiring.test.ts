// The agent as it is shipped to a Raspberry Pi, but for its bundle: a wiring file, a real kernel's lines and bus, no hub.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bootGuest, type Guest, type Header, plugHeader } from './guest.ts'
import { kernelFolder } from './kernel.ts'
import { guestProgram } from './programs.ts'

const onKernel = test.skipIf(kernelFolder === undefined)

const [RELAY, BUTTON, WINDOW, LED] = [17, 22, 24, 27] as const
const BME280 = 0x76
const HALL = `
name: Hall
board: { type: linux, i2c-bus: 0 }
wiring:
  sensor: { type: bme280, address: ${BME280} }
  heat: { pin: ${RELAY}, active: high }
  warmer: { pin: ${BUTTON} }
  window: { pin: ${WINDOW} }
  led: { pin: ${LED} }
  display: { type: lcd, address: 0x27 }
behaviour: { rests: { min-on-seconds: 10, min-off-seconds: 10 } }
`

let guest: Guest
let header: Header
let folder: string

/** Its constants in the chip, and what it measures: as `raw` grows, it is warmer; 489000 is about 15 °C. */
async function solderBme280(raw: number) {
  const constants = Buffer.alloc(26)
  constants.writeUInt16LE(27504, 0)
  constants.writeInt16LE(26435, 2)
  constants.writeInt16LE(-1000, 4)
  await guest.call.setRegisters(BME280, 0xd0, [0x60])
  await guest.call.setRegisters(BME280, 0x88, [...constants])
  await guest.call.setRegisters(BME280, 0xe1, [0x6a, 0x01, 0x00, 0x13, 0x2b, 0x03, 0x1e])
  const temperature = [raw >> 12, (raw >> 4) & 0xff, (raw & 0x0f) << 4]
  await guest.call.setRegisters(BME280, 0xf7, [0, 0, 0, ...temperature, 0x6d, 0x60])
}

const startAgent = (name: string) =>
  guest.start(name, [
    fileURLToPath(new URL('../../device/main.ts', import.meta.url)),
    ...['thermostat', '--config', join(folder, 'hall.yaml'), '--data', `/run/${name}`],
    // Nobody is there.
    ...['--hub', 'http://127.0.0.1:9', '--json'],
  ])

beforeAll(async () => {
  if (kernelFolder === undefined) return
  folder = mkdtempSync(join(tmpdir(), 'latchkey-hall-'))
  writeFileSync(join(folder, 'hall.yaml'), HALL)
  guest = await bootGuest()
  header = await plugHeader(guest)
  await header.pull(BUTTON, 1)
  await header.pull(WINDOW, 0)
  await solderBme280(489_000)
})
afterAll(async () => {
  await guest?.[Symbol.asyncDispose]()
  if (folder !== undefined) rmSync(folder, { recursive: true })
})

onKernel('a cold room is heated as the file says it is wired, and not any more once the agent ends', async () => {
  const agent = await startAgent('first')
  await agent.fact({ phase: 'offline' })
  expect(await header.level(RELAY)).toBe(0)
  await header.reaches(RELAY, 1)
  await agent.signal('SIGTERM')
  expect(await agent.ended).toBe(0)
  expect([await header.level(RELAY), await header.level(LED)]).toEqual([0, 0])
  expect(agent.facts.filter(({ part }) => part !== undefined)).toEqual([])
})

onKernel('a relay whose line another program has is said once, and heats when that one lets go', async () => {
  const other = await guest.start('other', [guestProgram('lines')])
  await other.tell({ do: 'take', offset: RELAY, settings: { direction: 'output', level: 0 } })
  await other.fact({ took: RELAY })
  const agent = await startAgent('second')
  const { because } = await agent.fact({ part: `GPIO${RELAY}` })
  expect(because).toMatch('as it must be free: got held by "latchkey test"')
  await agent.fact({ phase: 'offline' })
  await other.tell({ do: 'release', offset: RELAY })
  await header.reaches(RELAY, 1)
  expect(agent.facts.filter(({ part }) => part === `GPIO${RELAY}`)).toHaveLength(2)
  await agent.signal('SIGKILL')
  await agent.ended
  await header.reaches(RELAY, 0)
})
