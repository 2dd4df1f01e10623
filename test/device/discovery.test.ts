// A device that nobody told where its hub is.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent as Connections, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import { startAgent } from '../../device/agent.ts'
import { type Announced, discoverHub, readAnnouncement } from '../../device/discovery.ts'
import type { Lookup } from '../../device/lookup.ts'
import { createThermostatControl } from '../../device/thermostat/control.ts'
import { type Hub, startHub } from '../../hub/hub.ts'
import { simulateThermostat } from '../../simulator/thermostat/hardware.ts'
import { createSingleRoom } from '../../simulator/thermostat/place.ts'
import { until } from '../home.ts'
import { freePort } from '../processes.ts'
import { quiet } from '../quiet.ts'
import { codeOf, moveIn } from './own-hub.ts'

const never = new AbortController().signal
const hub = (text: string): Announced => ({ issuer: new URL(text), authority: undefined })
const discover = (...hubs: readonly Announced[]) =>
  discoverHub({ clock: systemClock, signal: never, hubs: async () => hubs })

test.for([
  { what: 'a hub', txt: { issuer: 'https://hub.local:8443' }, issuer: 'https://hub.local:8443/' },
  { what: 'one on this machine', txt: { issuer: 'http://localhost:8080' }, issuer: 'http://localhost:8080/' },
  { what: 'one without TLS', txt: { issuer: 'http://hub.local:8080' }, issuer: undefined },
  { what: 'one with a path', txt: { issuer: 'https://hub.local/realms/x' }, issuer: undefined },
  { what: 'another thing', txt: { issuer: 'javascript:alert(1)' }, issuer: undefined },
  { what: 'noise', txt: { issuer: '\u0000' }, issuer: undefined },
  { what: 'nothing', txt: undefined, issuer: undefined },
])('$what is announced', ({ txt, issuer }) => {
  expect(readAnnouncement(txt)?.issuer.href).toBe(issuer)
})

test('an authority is taken from the hub itself and from nobody else', () => {
  const issuer = 'https://hub.local:8443'
  const own = readAnnouncement({ issuer, ca: 'http://hub.local:8444/trust/latchkey-ca.crt' })
  expect(own?.authority?.port).toBe('8444')
  expect(readAnnouncement({ issuer, ca: 'http://evil.local/ca.crt' })?.authority).toBeUndefined()
})

test('of two hubs none is chosen: a person must say which', async () => {
  await expect(discover(hub('https://hub.local:8443'), hub('https://other.local:8443'))).rejects.toThrow(
    'Cannot choose a hub as one must be named with --hub: got https://hub.local:8443, https://other.local:8443',
  )
  expect(await discover()).toBeUndefined()
  expect(await discover(hub('https://hub.local'))).toEqual({ issuer: new URL('https://hub.local'), ca: undefined })
})

test('a neighbour’s hubs do not stand between a person and a factory reset', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    const agent = await startAgent({
      product: {
        control: createThermostatControl(),
        hardware: simulateThermostat({ clock: systemClock, place: createSingleRoom({ clock: systemClock }) }),
      },
      ...{ name: 'Hall', issuer: undefined, folder, clock: systemClock, log: quiet },
      discover: () => Promise.reject(new Error('Cannot choose a hub as one must be named with --hub: got two')),
    })
    await until(() => agent.status.phase === 'offline', 'it to look for a hub')
    expect(await agent.reset()).toBeUndefined()
    expect(readdirSync(folder)).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

describe('found, let in, and pinned', () => {
  let folder: string
  const before = getGlobalDispatcher()
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  })
  afterEach(() => {
    setGlobalDispatcher(before)
    rmSync(folder, { recursive: true })
  })

  /** Everybody is at home. */
  const lookup: Lookup = (_hostname, options, done) => {
    if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }])
    else done(null, '127.0.0.1', 4)
  }
  const startAt = (name: string, port: number): Promise<Hub> =>
    startHub({
      ...{ folder: join(folder, name), log: quiet, mdns: false, pollInterval: seconds(1) },
      ...{ mqtt: undefined, mqtts: undefined, publicUrl: new URL(`https://hub.local:${port}`) },
      http: { host: '127.0.0.1', port },
      tls: { type: 'auto', trust: { host: '127.0.0.1', port: 0 } },
    })
  const announce = ({ publicUrl, trust }: Hub): Announced => ({
    issuer: publicUrl,
    authority: trust?.page && new URL('/trust/latchkey-ca.crt', trust.page),
  })

  test('no other authority is believed from then on, also where it says that it is the hub', {
    timeout: 60_000,
  }, async () => {
    const port = await freePort()
    let home = await startAt('hub', port)
    let announced = announce(home)
    const agent = await startAgent({
      product: {
        control: createThermostatControl(),
        hardware: simulateThermostat({ clock: systemClock, place: createSingleRoom({ clock: systemClock }) }),
      },
      ...{ name: 'Hall', issuer: undefined, folder: join(folder, 'device'), clock: systemClock, log: quiet, lookup },
      discover: async (signal) => {
        const found = await discoverHub({ clock: systemClock, signal, lookup, hubs: async () => [announced] })
        if (found === undefined) throw new Error('no hub')
        return found
      },
      random: () => 0.1,
    })
    try {
      setGlobalDispatcher(new Connections({ connect: { ca: home.trust?.pem, lookup } }) as never)
      const owner = await moveIn(home)
      const code = await codeOf(agent)
      await owner.post('/pair', { user_code: code, answer: 'approved' })
      await until(() => agent.status.phase === 'online', 'it to be online')

      // Somebody else takes the hub's place and its name.
      await home[Symbol.asyncDispose]()
      const impostor = await startAt('impostor', port)
      announced = announce(impostor)
      const refused = () =>
        agent.status.phase === 'offline' &&
        agent.status.because.includes('not by the pinned authority: reset the device')
      await until(refused, `it to refuse the impostor: ${JSON.stringify(agent.status)}`, seconds(20))
      await impostor[Symbol.asyncDispose]()

      home = await startAt('hub', port)
      await until(() => agent.status.phase === 'online', 'it to be back', seconds(30))
    } finally {
      await agent[Symbol.asyncDispose]()
      await home[Symbol.asyncDispose]()
    }
  })
})
