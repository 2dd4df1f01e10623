import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBoard } from '../../../device/board/open.ts'
import { CODE } from '../../../device/security/codes.ts'
import { LINUX } from '../../../device/wiring/board.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { wiringOf } from './wired.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-board-'))
})
afterAll(() => rm(folder, { recursive: true }))

const PANEL = `
wiring:
  zones: [{ id: door, name: Door, sensor: door, pin: 5 }]
  siren: { pin: 17, active: high }
`

/** No machine that runs the tests has this chip. */
const NO_CHIP = { ...LINUX, chip: 'no-such-chip' } as const

test('a board that is away is no error: the device runs, and says so once', async () => {
  const said: string[] = []
  const log = pino({}, { write: (line: string) => void said.push(JSON.parse(line).part) })
  const clock = new VirtualClock()
  const wiring = wiringOf('thermostat', 'wiring: { sensor: { type: bme280 }, heat: { pin: 17, active: high } }')
  const { product } = await openBoard({ wiring, board: NO_CHIP, name: 'Hall', folder, clock, log })
  expect(() => product.hardware.apply({ heat: true, cool: false })).not.toThrow()
  expect(said).toEqual(['the GPIO header'])
  await product.hardware[Symbol.asyncDispose]()
})

test('a new panel gets a code, in a file that nobody else may read, and only once', async () => {
  const log = pino({ level: 'silent' })
  const clock = new VirtualClock()
  const wiring = wiringOf('security', PANEL)
  const open = () => openBoard({ wiring, board: NO_CHIP, name: 'Panel', folder, clock, log })
  const first = await open()
  const file = join(folder, 'first-code.txt')
  const code = (await readFile(file, 'utf8')).trim()
  expect(code).toMatch(CODE)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(first.note).toContain(file)
  expect(first.note).not.toContain(code)
  expect((await open()).note).toBeUndefined()
})
