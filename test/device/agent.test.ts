// The agent against a real hub that comes and goes.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { type Agent, startAgent } from '../../device/agent.ts'
import type { Status } from '../../device/status.ts'
import { createThermostatControl } from '../../device/thermostat/control.ts'
import { simulateThermostat } from '../../simulator/thermostat/hardware.ts'
import { createSingleRoom } from '../../simulator/thermostat/place.ts'
import { until } from '../home.ts'
import { createPerson, OWNER } from '../person.ts'
import { freePort } from '../processes.ts'
import { quiet } from '../quiet.ts'
import { codeOf, moveIn, startPlainHub } from './own-hub.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const startAt = (port: number) => startPlainHub(join(folder, 'hub'), port)

async function startThermostat(port: number): Promise<{ agent: Agent; statuses: Status[] } & AsyncDisposable> {
  const statuses: Status[] = []
  const agent = await startAgent({
    product: {
      control: createThermostatControl(),
      hardware: simulateThermostat({ clock: systemClock, place: createSingleRoom({ clock: systemClock }) }),
    },
    name: 'Hall',
    issuer: new URL(`http://localhost:${port}`),
    folder: join(folder, 'device'),
    clock: systemClock,
    log: quiet,
    random: () => 0.1,
    onStatus: (status) => statuses.push(status),
  })
  return { agent, statuses, [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose]() }
}

test('a device that is started before its hub waits for it, and one whose hub dies in the middle of pairing asks on with the same code', async () => {
  const port = await freePort()
  await using device = await startThermostat(port)
  await until(() => device.agent.status.phase === 'offline', 'it to miss the hub')
  const first = await startAt(port)
  const owner = await moveIn(first)
  const code = await codeOf(device.agent)
  await first[Symbol.asyncDispose]()
  await systemClock.sleep(seconds(2))

  await using second = await startAt(port)
  expect((await owner.post('/pair', { user_code: code, answer: 'approved' })).text).toContain('It is let in')
  // Over WebSocket this time: the hub has no MQTT port.
  await until(() => device.agent.status.phase === 'online', 'it to be in', seconds(15))
  expect(device.statuses.filter(({ phase }) => phase === 'pairing')).toHaveLength(1)
  expect(second.mqttPort).toBeUndefined()
})

test('told no, it asks again only when a person wants it to', async () => {
  const port = await freePort()
  await using hub = await startAt(port)
  const owner = await moveIn(hub)
  await using device = await startThermostat(port)
  const code = await codeOf(device.agent)
  await owner.post('/pair', { user_code: code, answer: 'denied' })
  await until(() => device.agent.status.phase === 'unpaired', 'it to know')
  expect(device.agent.status).toEqual({ phase: 'unpaired', because: 'denied' })
  await systemClock.sleep(seconds(1))
  expect(device.agent.status.phase).toBe('unpaired')
  device.agent.pair()
  expect(await codeOf(device.agent)).not.toBe(code)
})

test('credentials that were damaged are put aside, and the device is paired anew without losing the old file', async () => {
  const port = await freePort()
  await using hub = await startAt(port)
  await moveIn(hub)
  const owner = createPerson(hub.publicUrl)
  await owner.post('/sign-in', OWNER)
  const first = await startThermostat(port)
  await owner.post('/pair', { user_code: await codeOf(first.agent), answer: 'approved' })
  await until(() => first.agent.status.phase === 'online', 'it to be in')
  await first[Symbol.asyncDispose]()
  const kept = ['credentials.a', 'credentials.b'].map((name) => {
    const file = join(folder, 'device', name)
    const half = readFileSync(file, 'utf8').slice(0, 100)
    writeFileSync(file, half)
    return [name, half] as const
  })
  await using again = await startThermostat(port)
  await codeOf(again.agent)
  const aside = readdirSync(join(folder, 'device'))
  for (const [name, half] of kept) {
    const found = aside.find((each) => each.startsWith(`${name}.damaged`))
    expect(readFileSync(join(folder, 'device', found ?? ''), 'utf8')).toBe(half)
  }
})
