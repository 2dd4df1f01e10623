// The home as people feel it: how soon it is there, how soon a device is in, how soon a tap is a deed.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#contract/clock.ts'
import { millis, seconds } from '#contract/time.ts'
import { signIn, startTestHome, until } from '../home.ts'
import { becomeOwner } from '../person.ts'
import { freePort, startProgram } from '../processes.ts'
import { watch } from '../watcher.ts'
import { residentMiB } from './memory.ts'
import { type Figure, percentile } from './report.ts'

/** `latchkey home` as a process, from exec to the line that says it is ready. */
export async function timeToReady(rounds: number): Promise<readonly Figure[]> {
  const taken: number[] = []
  for (let round = 0; round < rounds; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
    const begun = performance.now()
    await using home = startProgram(['home', '--data', folder, '--http', '127.0.0.1:0', '--mqtt', '127.0.0.1:0'])
    await home.fact(({ event }) => event === 'ready', 'the home')
    taken.push((performance.now() - begun) / 1000)
    await home.end('SIGTERM')
    rmSync(folder, { recursive: true })
  }
  return [
    { name: 'whole home, start to ready (median)', value: percentile(taken, 0.5), unit: 's', reach: 'to reach: 2 s' },
  ]
}

/** In one process, over real sockets: the wire is loopback and the disk is the disk. */
export async function timeToState(rounds: number): Promise<readonly Figure[]> {
  const taken: number[] = []
  for (let round = 0; round < rounds; round++) {
    await using test = await startTestHome()
    const port = test.home.hub.mqttPort ?? 0
    await using phone = await watch({ port, token: await test.accessToken() })
    const asking = await until(
      () => (test.status.thermostat?.phase === 'pairing' ? test.status.thermostat : undefined),
      'a code',
    )
    const begun = performance.now()
    await test.owner.post('/pair', { user_code: asking.authorization.userCode, answer: 'approved' })
    await phone.has(`homie/5/${asking.device}/$state`, 'ready')
    taken.push((performance.now() - begun) / 1000)
  }
  return [
    {
      name: 'approval to first state on MQTT (median; polls every 1 s here)',
      value: percentile(taken, 0.5),
      unit: 's',
    },
  ]
}

/** A tap on the phone: publish of `start/set`, the simulated relay, and the state back on MQTT. */
export async function timeToDeed(taps: number): Promise<readonly Figure[]> {
  await using test = await startTestHome()
  const id = await test.pair('toaster')
  const root = `homie/5/${id}/cycle`
  await using phone = await watch({ port: test.home.hub.mqttPort ?? 0, token: await test.accessToken() })
  await phone.has(`${root}/remote-start`, 'true')
  const taken: number[] = []
  const heard = (state: string) =>
    new Promise<number>((resolve) => {
      const hear = (topic: string, payload: Buffer) => {
        if (topic !== `${root}/state` || payload.toString() !== state) return
        phone.client.off('message', hear)
        resolve(performance.now())
      }
      phone.client.on('message', hear)
    })
  for (let tap = 0; tap < taps; tap++) {
    const started = heard('heating')
    const begun = performance.now()
    phone.client.publish(`${root}/start/set`, 'true', { qos: 0 })
    taken.push((await started) - begun)
    if (!test.home.toaster.heating) throw new Error('the state says heating and the relay is off')
    const stopped = heard('idle')
    phone.client.publish(`${root}/cancel/set`, 'true', { qos: 0 })
    await stopped
    await until(() => test.home.toaster.carriage === 'up', 'the carriage')
    test.home.toaster.loadBread()
    await phone.has(`${root}/remote-start`, 'true')
  }
  return [
    { name: 'tap to actuator and state back, p50', value: percentile(taken, 0.5), unit: 'ms' },
    {
      name: 'tap to actuator and state back, p99',
      value: percentile(taken, 0.99),
      unit: 'ms',
      reach: 'to reach: 10 ms',
    },
  ]
}

/** A hub and one agent as processes, left alone for a while. */
export async function memoryOfTwo(rest: number): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const [http, mqtt] = [await freePort(), await freePort()]
  await using hub = startProgram([
    'hub',
    '--data',
    folder,
    '--http',
    `127.0.0.1:${http}`,
    '--mqtt',
    `127.0.0.1:${mqtt}`,
  ])
  const ready = await hub.fact(({ event }) => event === 'ready', 'the hub')
  const url = new URL(String(ready.url))
  const owner = await becomeOwner(url, new URL(String(ready.ownerLink)).hash.slice(1))
  await using device = startProgram([
    'device',
    'thermostat',
    '--board',
    'simulated',
    '--hub',
    url.origin,
    '--data',
    folder,
  ])
  const asking = await device.fact(({ phase }) => phase === 'pairing', 'a code')
  const { userCode } = asking.authorization as { userCode: string }
  await owner.post('/pair', { user_code: userCode, answer: 'approved' })
  await device.fact(({ phase }) => phase === 'online', 'the device')
  await signIn(url, owner)
  await systemClock.sleep(millis(rest))
  const figures = [
    {
      name: 'hub, resident memory, idle',
      value: residentMiB(hub.process.pid ?? 0),
      unit: 'MiB',
      reach: 'to reach: 160 MiB',
    },
    {
      name: 'agent, resident memory, idle',
      value: residentMiB(device.process.pid ?? 0),
      unit: 'MiB',
      reach: 'to reach: 90 MiB',
    },
  ]
  rmSync(folder, { recursive: true })
  return figures
}

export const REST = seconds(5)
