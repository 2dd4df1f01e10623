// The whole agent, started from every state its disk was in while it paired, was put out and paired again, with a hub that remembers.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Status } from '../../../device/status.ts'
import { until } from '../../home.ts'
import { recordDiskStates } from '../credentials/disk-states.ts'
import { createPlace } from './device.ts'

/** Where an agent comes to rest: in, asking to be let in, or waiting for a person because it was put out. */
const settled = (status: Status) => (['online', 'pairing', 'unpaired'].includes(status.phase) ? status : undefined)

test('a power cut at any moment of pairing, being put out and pairing again costs neither a grant nor a name', async () => {
  await using place = await createPlace()
  const copies = join(place.root, 'copies')
  mkdirSync(copies)
  const recording = recordDiskStates(place.folder, copies)
  const agent = await place.start()
  await until(() => agent.status.phase === 'pairing', 'a code')
  recording.mark('registered')
  const device = await place.approve(agent)
  recording.mark('paired')
  await agent[Symbol.asyncDispose]()
  recording.mark('stopped')
  const again = await place.start()
  await until(() => again.status.phase === 'online', 'it to be in again')
  recording.mark('paired')
  await again[Symbol.asyncDispose]()
  recording.stop()

  const found: { readonly mark: string; readonly phase: string; readonly device: string | undefined }[] = []
  for (const { folder, mark } of recording.states) {
    await using one = await place.start({ in: folder })
    const status = await until(() => settled(one.status), 'it to come to rest')
    found.push({ mark, phase: status.phase, device: 'device' in status ? status.device : undefined })
  }
  expect(found.length).toBeGreaterThan(25)
  // Before the name is on disk it registers once more, as it must; from there on it keeps it.
  const named = found.findIndex((one) => one.device === device)
  expect(found.slice(0, named).every(({ mark, phase }) => mark === 'begun' && phase === 'pairing')).toBe(true)
  expect(found.slice(named).every((one) => one.device === device)).toBe(true)
  // Once it has been in, it is in.
  const granted = found.findIndex(({ phase }) => phase === 'online')
  expect(found.slice(granted).every(({ phase }) => phase === 'online')).toBe(true)
  expect(
    found.filter(({ mark }) => mark === 'paired' || mark === 'stopped').every(({ phase }) => phase === 'online'),
  ).toBe(true)
}, 120_000)

test('a power cut at any moment of being unpaired and paired again leaves it in, or out and asking', async () => {
  await using place = await createPlace()
  const copies = join(place.root, 'copies')
  mkdirSync(copies)
  const agent = await place.start()
  await place.approve(agent)
  const recording = recordDiskStates(place.folder, copies)
  await agent.unpair()
  await until(() => agent.status.phase === 'unpaired', 'it to be out')
  agent.pair()
  const device = await place.approve(agent)
  await agent[Symbol.asyncDispose]()
  recording.stop()

  const found: string[] = []
  for (const { folder } of recording.states) {
    await using one = await place.start({ in: folder })
    const status = await until(() => settled(one.status), 'it to come to rest')
    found.push(status.phase)
    if (status.phase === 'online') expect(status.device).toBe(device)
    if (status.phase !== 'unpaired') continue
    one.pair()
    await until(() => one.status.phase === 'pairing', 'a new code')
  }
  expect(found.length).toBeGreaterThan(12)
  expect(found.at(-1)).toBe('online')
  // A grant that was given back lets nobody in.
  expect(found).toEqual(found.toSorted((a, b) => Number(a === 'online') - Number(b === 'online')))
}, 120_000)
