import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { listOneWire, readOneWire } from '../../../../device/board/linux/one-wire.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'
import { createTree } from './tree.ts'

const ID = '28-3c01d6071a2b'
const at = (id: string) => `bus/w1/devices/${id}/temperature`

test.for([
  { text: '21562\n', expected: { type: 'celsius', celsius: 21.562 } },
  { text: '-1250\n', expected: { type: 'celsius', celsius: -1.25 } },
  { text: '0\n', expected: { type: 'celsius', celsius: 0 } },
  { text: '85000\n', expected: { type: 'power_on' } },
  // The kernel's own words for a checksum that stayed wrong are EIO; nonsense is no better.
  { text: 'nonsense\n', expected: { type: 'crc' } },
  { text: '', expected: { type: 'crc' } },
])('"$text" is $expected.type', async ({ text, expected }) => {
  const sysRoot = createTree({ [at(ID)]: text })
  expect(await readOneWire(ID, { clock: systemClock, sysRoot })).toEqual(expected)
})

test('a thermometer that is not there is missing', async () => {
  const sysRoot = createTree({ [at(ID)]: '20000' })
  const reading = await readOneWire('28-000000000000', { clock: systemClock, sysRoot })
  expect(reading).toMatchObject({ type: 'missing', error: { code: 'missing' } })
})

test('where none is named there must be one, and other devices do not count', async () => {
  const sysRoot = createTree({
    [at(ID)]: '20000',
    'bus/w1/devices/w1_bus_master1/name': '',
    'bus/w1/devices/01-000000000001/id': '',
  })
  expect(listOneWire(sysRoot)).toEqual([ID])
  expect(await readOneWire(undefined, { clock: systemClock, sysRoot })).toEqual({ type: 'celsius', celsius: 20 })
  expect(await readOneWire(undefined, { clock: systemClock, sysRoot: createTree({}) })).toMatchObject({
    type: 'missing',
    error: { message: 'Cannot pick a 1-Wire thermometer as there must be one where none is named: got none' },
  })
})

test('a read that hangs is given up after five seconds, and costs one thread however often it is tried', async () => {
  const sysRoot = createTree({})
  const fifo = join(sysRoot, at(ID))
  mkdirSync(join(fifo, '..'), { recursive: true })
  execFileSync('mkfifo', [fifo])
  const clock = new VirtualClock()
  const tries = Array.from({ length: 8 }, () => readOneWire(ID, { clock, sysRoot }))
  const outcomes = Promise.allSettled(tries)
  await clock.advance(seconds(5))
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'timed_out' } })

  const late = readOneWire(ID, { clock, sysRoot })
  writeFileSync(fifo, '19000\n')
  expect(await late).toEqual({ type: 'celsius', celsius: 19 })
})
