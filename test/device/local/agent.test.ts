// What a person at the machine asks of the agent that runs, with a real hub.
import { mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { openCredentials } from '../../../device/credentials/store.ts'
import { askAgent } from '../../../device/local/client.ts'
import { runCommand } from '../../../device/local/command.ts'
import type { Request } from '../../../device/local/requests.ts'
import { until } from '../../home.ts'
import { quiet } from '../../quiet.ts'
import { codeOf } from '../own-hub.ts'
import { createPlace, type Place } from './device.ts'

const run = async (place: Place, request: Request, json = false) => {
  const lines: string[] = []
  const print = (line: string) => void lines.push(line)
  const code = await runCommand({
    request,
    folder: place.folder,
    json,
    clock: systemClock,
    print,
    readSecret: async () => '',
  })
  return { code, text: lines.join('\n') }
}
test('says how it is, without the code that is between device and hub', async () => {
  await using place = await createPlace()
  await using agent = await place.start()
  const code = await codeOf(agent)
  const pairing = await run(place, 'status')
  expect(pairing).toEqual({ code: 0, text: `Waiting to be let in: ${code} at ${place.issuer.origin}/pair` })
  expect((await run(place, 'status', true)).text).not.toMatch(/deviceCode/)
  expect(await run(place, 'unpair')).toEqual({
    code: 1,
    text: 'Not done: Cannot unpair as it must be paired: it is not',
  })

  const device = await place.approve(agent)
  expect(await run(place, 'status')).toEqual({ code: 0, text: `In: ${device}` })
  expect(JSON.parse((await run(place, 'status', true)).text)).toEqual({
    ...{ ok: true, pid: process.pid, status: { phase: 'online', device }, server: { issuer: place.issuer.href } },
  })
  expect(await run(place, 'pair')).toEqual({ code: 1, text: 'Not done: it is paired: unpair it first' })
})

test('unpaired, it is out at the hub, keeps its key, and shows a code when a person wants one', async () => {
  await using place = await createPlace()
  await using agent = await place.start()
  await place.approve(agent)
  expect(await run(place, 'unpair')).toEqual({ code: 0, text: 'Unpaired.' })
  await until(() => agent.status.phase === 'unpaired', 'it to be out')
  expect(agent.status).toEqual({ phase: 'unpaired', because: 'left' })
  expect((await run(place, 'status')).text).toBe(
    'Not paired: it left its home. Ask for a new code with "latchkey device pair".',
  )

  const { code, text } = await run(place, 'pair')
  expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/^Waiting to be let in: \w{4}-\w{4} at /) })
  await place.approve(agent)
})

test('unpaired with the hub gone, it says that the hub does not know, and has forgotten all the same', async () => {
  await using place = await createPlace()
  const agent = await place.start()
  await place.approve(agent)
  await place.stopHub()
  await until(() => agent.status.phase === 'offline', 'it to notice')
  expect(await run(place, 'unpair')).toEqual({
    code: 0,
    text: 'Unpaired. The hub could not be told: remove the device there too.',
  })
  await agent[Symbol.asyncDispose]()
  await using again = await place.start()
  await until(() => again.status.phase === 'offline', 'it to miss the hub')
  expect((await run(place, 'unpair')).code).toBe(1)
})

test('reset, everything it wrote is gone, the hub knows, and another agent may begin', async () => {
  await using place = await createPlace()
  const agent = await place.start()
  const device = await place.approve(agent)
  writeFileSync(join(place.folder, 'hall.yaml'), 'relay: 17')
  expect(await run(place, 'reset')).toEqual({ code: 0, text: 'Reset: it is as new.' })
  await agent.ended
  expect(readdirSync(place.folder).toSorted()).toEqual(['agent.sock', 'hall.yaml'])
  await agent[Symbol.asyncDispose]()

  await using again = await place.start()
  await codeOf(again)
  const next = await place.approve(again)
  expect(next).not.toBe(device)
  expect(await askAgent(place.folder, { request: 'status' }, systemClock)).toMatchObject({ status: { device: next } })
})

test('reset with the hub gone', async () => {
  await using place = await createPlace()
  await using agent = await place.start()
  await place.approve(agent)
  await place.stopHub()
  const [first, second] = await Promise.all([run(place, 'reset'), run(place, 'reset')])
  expect(first).toEqual({
    code: 0,
    text: 'Reset: it is as new. The hub could not be told: remove the device there too.',
  })
  expect(second).toEqual(first)
  expect(readdirSync(place.folder)).toEqual(['agent.sock'])
})

test('a disk that does not answer stops no product: it says so, and pairs once it does', async () => {
  await using place = await createPlace()
  // A folder stands where the key file has to be.
  mkdirSync(join(place.folder, 'credentials.key'), { recursive: true })
  await using agent = await place.start()
  await until(() => agent.status.phase === 'offline', 'it to say so')
  expect((await run(place, 'status')).text).toMatch(/^Offline: Cannot read .*credentials\.key/)
  rmdirSync(join(place.folder, 'credentials.key'))
  await place.approve(agent)
})

test('a disk that takes nothing asks the hub for no name that could not be kept', async () => {
  await using place = await createPlace()
  await openCredentials({ folder: place.folder, credentialsDirectory: undefined, clock: systemClock, log: quiet })
  const full = ['credentials.a.new', 'credentials.b.new'].map((name) => join(place.folder, name))
  for (const file of full) mkdirSync(file)
  await using agent = await place.start()
  await until(() => agent.status.phase === 'offline', 'it to say so')
  expect((await run(place, 'status')).text).toMatch(/^Offline: Cannot write .*credentials\.a .*EISDIR/)
  using database = new DatabaseSync(join(place.root, 'hub', 'latchkey.db'), { readOnly: true })
  expect(database.prepare('SELECT count(*) AS devices FROM devices').get()).toEqual({ devices: 0 })
  for (const file of full) rmdirSync(file)
  await place.approve(agent)
  expect(database.prepare('SELECT count(*) AS devices FROM devices').get()).toEqual({ devices: 1 })
})
