import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UsageError } from '#contract/settings.ts'
import { openWiring } from '../../../device/wiring/open.ts'

const HALL = 'wiring: { sensor: { type: bme280 }, heat: { pin: 17, active: high } }\n'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'latchkey-wiring-'))
})
afterAll(() => rm(root, { recursive: true }))

/** A device with its folder and its file. */
async function device(name: string) {
  const folder = join(root, name)
  const file = join(root, `${name}.yaml`)
  const said: string[] = []
  const log = pino({}, { write: (line: string) => void said.push(JSON.parse(line).because) })
  return {
    file,
    lastGood: join(folder, 'wiring.last-good.json'),
    said,
    write: (text: string) => writeFile(file, text),
    start: () => openWiring({ file, folder, kind: 'thermostat', log }),
  }
}

test('a wiring that was good is kept, for this user only', async () => {
  const { write, start, lastGood } = await device('kept')
  await write(HALL)
  await start()
  expect(JSON.parse(await readFile(lastGood, 'utf8'))).toHaveProperty('input.wiring.heat.pin', 17)
  expect((await stat(lastGood)).mode & 0o777).toBe(0o600)
})

test('one that has not changed since is not read as YAML again, and one that has is', async () => {
  const { write, start, lastGood } = await device('unchanged')
  await write(HALL)
  await start()
  // What only who looks there can tell: the pin of the kept one.
  const kept = JSON.parse(await readFile(lastGood, 'utf8'))
  kept.input.wiring.heat.pin = 27
  await writeFile(lastGood, JSON.stringify(kept))
  expect(await start()).toMatchObject({ parts: { heat: { pin: 27 } } })
  await write(`${HALL}# another text\n`)
  expect(await start()).toMatchObject({ parts: { heat: { pin: 17 } } })
  expect(JSON.parse(await readFile(lastGood, 'utf8'))).toHaveProperty('input.wiring.heat.pin', 17)
})

test('a kept one that is good no more is read again', async () => {
  const { write, start, lastGood, said } = await device('stricter')
  await write(HALL)
  const good = await start()
  const kept = JSON.parse(await readFile(lastGood, 'utf8'))
  kept.input.wiring.heat.pin = 99
  await writeFile(lastGood, JSON.stringify(kept))
  expect(await start()).toEqual(good)
  expect(said).toEqual([])
})

test('a wiring that became wrong lets the device go on with the last good one, and is said once', async () => {
  const { file, write, start, said } = await device('mistaken')
  await write(HALL)
  const good = await start()
  await write(HALL.replace('17', '99'))
  expect(await start()).toEqual(good)
  expect(said).toEqual([`Cannot use ${file} at "wiring.heat" as its pin must be one of GPIO0 to GPIO27: got 99`])
})

test('one that has worked before it was refused goes on: the later of two entries of one minute wins, as it did', async () => {
  const { write, start, lastGood, said } = await device('earlier')
  const week = [
    { days: 'daily', at: '06:30', preset: 'comfort' },
    { days: 'daily', at: '06:30', preset: 'eco' },
  ]
  const earlier = {
    wiring: { sensor: { type: 'bme280' }, heat: { pin: 17, active: 'high' } },
    behaviour: { schedule: { 'time-zone': 'Europe/Berlin', week } },
  }
  await write(HALL)
  await start()
  await writeFile(lastGood, JSON.stringify(earlier))
  await write(JSON.stringify(earlier))
  expect(await start()).toMatchObject({ behaviour: { schedule: { entries: { length: 2 } } } })
  expect(said).toEqual([expect.stringMatching(/a minute must have one entry/)])
})

test('a wiring that went away lets the device go on as well', async () => {
  const { file, write, start } = await device('gone')
  await write(HALL)
  const good = await start()
  await rm(file)
  expect(await start()).toEqual(good)
})

test('a wiring that is wrong at the first start is wrong usage', async () => {
  const { write, start } = await device('first')
  await write(HALL.replace('high', 'hot'))
  await expect(start()).rejects.toThrow(UsageError)
})

test('a file that is not there is wrong usage that says so', async () => {
  const { file, start } = await device('missing')
  await expect(start()).rejects.toThrow(`Cannot use ${file} as it must be a file that can be read: got no such file`)
})

test('a folder is wrong usage that says so', async () => {
  const { file, start } = await device('folder')
  await mkdir(file)
  await expect(start()).rejects.toThrow(`Cannot use ${file} as it must be a file that can be read: got a folder`)
})

test('a file that is far too long is not parsed, and the device goes on with the last good one', async () => {
  const { file, write, start, said } = await device('long')
  await write(HALL)
  const good = await start()
  await write('- a: b\n'.repeat(3_000_000))
  expect(await start()).toEqual(good)
  expect(said).toEqual([`Cannot use ${file} as a wiring has 64 KiB at most: got more`])
})

test('an empty file holds nothing', async () => {
  const { file, write, start } = await device('empty')
  await write('')
  await expect(start()).rejects.toThrow(`Cannot use ${file} as it must be settings, one a line: got nothing`)
})

test('a second document is refused in words for a person', async () => {
  const { write, start } = await device('two')
  await write(`${HALL}---\n${HALL}`)
  await expect(start()).rejects.toThrow('at line 2 as it must be YAML: only one document, so no second "---"')
})

test('a last good one that was tampered with is no good', async () => {
  const { write, start, lastGood } = await device('tampered')
  await write(HALL)
  await start()
  await writeFile(lastGood, '{"wiring":{}}')
  await write('')
  await expect(start()).rejects.toThrow(UsageError)
})

test('nothing is written when nothing changed', async () => {
  const { write, start, lastGood } = await device('still')
  await write(HALL)
  await start()
  const { ino } = await stat(lastGood)
  await start()
  expect((await stat(lastGood)).ino).toBe(ino)
})
