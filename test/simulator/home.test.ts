// A whole home, as somebody's test uses it.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import mqtt from 'mqtt'
import { expect, test } from 'vitest'
import { millis } from '#contract/time.ts'
import { type Home, startHome } from '../../simulator/home.ts'
import { COMPILED } from '../again.ts'

/** Those of this process: another test file may have homes of its own. */
const homesOnDisk = () =>
  readdirSync(tmpdir()).filter((name) => name.startsWith('latchkey-home-') && name.includes(`-${process.pid}-`)).length

test('three devices are paired and regulate, and hours are a matter of seconds', async () => {
  await using home = await startHome({ seed: 7 })
  expect([home.thermostat, home.toaster, home.security].map(({ presence }) => presence.value)).toEqual([
    'ready',
    'ready',
    'ready',
  ])
  await home.thermostat.target.set(21)
  await home.advance('4h')
  expect(home.elapsed).toBe(4 * 3600_000)
  expect(home.thermostat.current.value).toBeGreaterThan(20.4)
  expect(home.thermostat.current.value).toBeLessThan(21.8)
  // The connection is four hours old and its token ten minutes at most.
  expect(home.transcript.entries.filter(({ topic }) => topic === '$latchkey/authz').length).toBeGreaterThan(50)
  expect(home.thermostat.status.phase).toBe('online')
})

test('the same seed gives the same transcript, and another seed another one', async () => {
  const run = async (seed: number): Promise<string> => {
    await using home = await startHome({ seed })
    home.toaster.hardware.loadBread()
    await home.settle()
    await home.toaster.start()
    await home.security.arm('ARM_AWAY')
    await home.advance('30m')
    return home.transcript.hash()
  }
  const [first, again, other] = [await run(3), await run(3), await run(4)]
  expect(again).toBe(first)
  expect(other).not.toBe(first)
})

test('a device more changes nothing of what the others do', async () => {
  const climate = async (devices: readonly ('thermostat' | 'toaster')[]) => {
    await using home = await startHome({ devices })
    await home.advance('2h')
    return home.transcript.entries
      .filter(({ topic }) => topic.includes('/climate/'))
      .filter(({ topic }) => topic.startsWith('homie/'))
      .map(({ time, topic, payload }) => `${time} ${topic.split('/').slice(3).join('/')} ${payload}`)
  }
  const alone = await climate(['thermostat'])
  const together = await climate(['thermostat', 'toaster'])
  expect(alone.length).toBeGreaterThan(50)
  expect(together).toEqual(alone)
})

test('two homes at once know nothing of each other, and real time goes on outside of them', async () => {
  const began = Date.now()
  await using one = await startHome({ seed: 1, start: '2031-06-01T12:00:00Z' })
  await using two = await startHome({ seed: 2 })
  await Promise.all([one.advance('3h'), two.advance('1h')])
  expect(new Date(one.now).toISOString().slice(0, 13)).toBe('2031-06-01T15')
  expect(new Date(two.now).toISOString().slice(0, 13)).toBe('2030-01-14T07')
  expect(Math.abs(Date.now() - began)).toBeLessThan(60_000)
  expect(one.issuer.port).not.toBe(two.issuer.port)
})

test('nothing is left behind, also when a test throws in the middle', async () => {
  const before = homesOnDisk()
  const realDate = Date
  await expect(async () => {
    await using home: Home = await startHome({ devices: ['toaster'] })
    expect(existsSync(tmpdir())).toBe(true)
    expect(homesOnDisk()).toBe(before + 1)
    await home.advance('1m')
    throw new Error('the test failed')
  }).rejects.toThrow('the test failed')
  expect(homesOnDisk()).toBe(before)
  expect(Date).toBe(realDate)
})

test("anybody's MQTT client gets in with the owner's token, and hears what happens", async () => {
  await using home = await startHome({ devices: ['thermostat'] })
  const client = await mqtt.connectAsync(home.mqttUrl.href, {
    clientId: 'mine',
    username: 'x',
    password: await home.accessToken(['home:read', 'climate:control']),
    reconnectPeriod: 0,
  })
  try {
    const heard: string[] = []
    client.on('message', (topic, payload) => heard.push(`${topic.split('/').slice(3).join('/')}=${payload}`))
    await client.subscribeAsync('homie/5/+/climate/target')
    await client.publishAsync(`homie/5/${home.thermostat.id}/climate/target/set`, '22.5', { qos: 1 })
    await home.settle()
    await home.advance('1m')
    await home.settle()
    expect(home.thermostat.target.value).toBe(22.5)
    expect(heard).toContain('climate/target=22.5')
  } finally {
    client.end(true)
  }
})

test('codes and tokens are nowhere in the transcript', async () => {
  await using home = await startHome({ devices: ['security'] })
  await home.security.arm('ARM_AWAY')
  await home.advance('2m')
  expect(await home.security.disarm('00000')).toMatchObject({ ok: false, code: 'code_refused' })
  expect(await home.security.disarm()).toEqual({ ok: true })
  const text = home.transcript.ndjson()
  expect(text).toContain('panel/command/set')
  expect(text).not.toContain(home.security.code)
  expect(text).not.toContain('00000')
  expect(text).not.toContain('eyJ')
})

test.for([
  [{ seed: Number.NaN }, 'Cannot start a home as its seed must be a whole number: got NaN'],
  [{ seed: 1.5 }, 'Cannot start a home as its seed must be a whole number: got 1.5'],
  [
    { start: 'yesterday' },
    'Cannot start a home as its start must be a time like 2030-01-14T06:00:00Z: got "yesterday"',
  ],
  [{ tokens: '10 parsecs' }, 'Cannot read a length of time as it must be like 8h, 2h30m, 45s or 7d: got "10 parsecs"'],
] as const)('%j is refused in words', async ([options, message]) => {
  await expect(startHome(options)).rejects.toThrow(message)
})

test('what never comes is said, with the seed that shows it', async () => {
  await using home = await startHome({ devices: ['toaster'], seed: 9 })
  await expect(home.until(() => home.toaster.cycle.value === 'done', { within: '10m', what: 'toast' })).rejects.toThrow(
    'waited 10m for toast (seed 9)',
  )
  expect(() => home.thermostat).toThrow('Cannot use the thermostat as it must be in this home: it has toaster')
})

test('a guest may have toast and warmth, and the panel stays armed', async () => {
  await using home = await startHome()
  const guest = home.as('guest')
  expect(await guest.thermostat.target.set(22)).toEqual({ ok: true })
  expect(home.thermostat.target.value).toBe(22)
  await home.security.arm('ARM_AWAY')
  await home.advance('2m')
  expect(await guest.security.disarm()).toMatchObject({ ok: false, code: 'not_allowed' })
  expect(home.security.state).toBe('armed_away')
  expect(await guest.thermostat.target.set(21)).toEqual({ ok: true })
})

test('a phone that reaches nobody says so, and waits for no answer that does not come', async () => {
  await using home = await startHome({ devices: ['thermostat'] })
  await home.faults.hub.kill()
  expect(await home.thermostat.target.set(22)).toMatchObject({ ok: false, code: 'unreachable' })
  await home.faults.hub.start()
  await home.advance('5m')
  home.faults.messages({ drop: 1 })
  expect(await home.thermostat.target.set(22)).toMatchObject({ ok: false, code: 'unanswered' })
  home.faults.messages(undefined)
  await home.faults.broker.stop()
  expect(await home.thermostat.target.set(22)).toMatchObject({ ok: false, code: 'unreachable' })
})

test('what is planned for devices is not answered to a person who signs in meanwhile', async () => {
  await using home = await startHome({ devices: ['toaster'] })
  home.faults.authorization.next('malformed')
  await home.accessToken(['home:read'])
  expect(await home.toaster.browning.set(2)).toEqual({ ok: true })
  await home.advance('12m')
  expect(home.toaster.status.phase).toBe('online')
})

test('a program that cannot refresh a token gets an app password, which outlives every token', async () => {
  await using home = await startHome({ devices: ['thermostat'] })
  const password = await home.appPassword({ name: 'node-red', scopes: ['home:read'] })
  const client = await mqtt.connectAsync(home.mqttUrl.href, { username: 'x', password, reconnectPeriod: 0 })
  try {
    const heard: string[] = []
    client.on('message', (_topic, payload) => heard.push(payload.toString()))
    await client.subscribeAsync('homie/5/+/climate/action')
    await home.advance('6h')
    await home.settle()
    await expect.poll(() => home.settle().then(() => heard.length)).toBeGreaterThan(5)
    expect(client.connected).toBe(true)
    // Whoever makes one has confirmed lately who they are, a day later as well.
    expect(await home.appPassword({ name: 'another', scopes: ['home:read'] })).toMatch(/^latchkey_/)
  } finally {
    client.end(true)
  }
})

test('a test that is killed leaves a folder, and the next home takes it away', async () => {
  const program = `
    import { startHome } from ${JSON.stringify(new URL('../../simulator/home.ts', import.meta.url).href)}
    await using home = await startHome({ devices: ['toaster'] })
    console.log('ready')
    setInterval(() => {}, 1000)
    await new Promise(() => {})`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const mine = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('latchkey-home-') && name.includes(`-${child.pid}-`))
  expect(mine()).toHaveLength(1)
  child.kill('SIGKILL')
  await new Promise((resolve) => child.once('exit', resolve))
  expect(mine()).toHaveLength(1)
  await using _next = await startHome({ devices: ['toaster'] })
  expect(mine()).toHaveLength(0)
})

test('people who watch turn the clock at a speed of theirs, and see the same', async () => {
  const run = async (speed?: number): Promise<string> => {
    await using home = await startHome({ devices: ['thermostat'], seed: 11 })
    await home.advance('20m', speed === undefined ? {} : { speed })
    return home.transcript.hash()
  }
  const began = performance.now()
  const watched = await run(1200)
  // Twenty minutes at 1200 times are a second.
  expect(performance.now() - began).toBeGreaterThan(1000)
  expect(await run()).toBe(watched)
})

test('a device that gets its power back while there is no hub works alone, and joins it when it is there', async () => {
  await using home = await startHome({ devices: ['thermostat'], indoorCelsius: 15 })
  await home.thermostat.target.set(21)
  await home.thermostat.power.cut()
  await home.faults.hub.kill()
  await home.thermostat.power.restore()
  await home.advance('4h')
  expect(home.house.room('hall').celsius).toBeGreaterThan(20)
  await home.faults.hub.start()
  await home.advance('10m')
  expect(home.thermostat.status.phase).toBe('online')
})

test('a hub that is killed says no more, and what it had said is kept', async () => {
  await using home = await startHome({ devices: ['thermostat'] })
  await home.advance('1h')
  const before = home.transcript.length
  await home.faults.hub.kill()
  expect(home.transcript.length).toBe(before)
  await home.advance('10m')
  expect(home.transcript.length).toBe(before)
  await home.faults.hub.start()
  await home.advance('10m')
  expect(home.transcript.length).toBeGreaterThan(before)
})

test('a hub that falls over whenever somebody comes in is asked less and less', async () => {
  await using home = await startHome({ devices: ['toaster'] })
  let falls = 0
  const end = home.elapsed + 5 * 60_000
  await home.faults.hub.kill()
  while (home.elapsed < end) {
    await home.faults.hub.start()
    const left = millis(end - home.elapsed)
    if (!(await home.turn(left, { enough: () => home.toaster.status.phase === 'online' }))) break
    falls += 1
    await home.faults.hub.kill()
  }
  expect(falls).toBeGreaterThan(5)
  // Every five seconds would be sixty.
  expect(falls).toBeLessThan(25)
})

test.for([0, -5, Number.NaN, Number.POSITIVE_INFINITY])(
  'a speed of %s is refused, and time stands still',
  async (speed) => {
    await using home = await startHome({ devices: ['toaster'] })
    await expect(home.advance('1h', { speed })).rejects.toThrow('its speed must be a number above 0')
    expect(home.elapsed).toBe(0)
  },
)

test('a burglar who knows no way in is said at once, to whoever sent them', async () => {
  await using home = await startHome({ devices: ['security'] })
  expect(() => home.sendBurglar('chimney')).toThrow('Cannot break in by chimney as the ways in are front-door')
  await home.advance('5m')
})

test('what nobody could have meant is refused in words', async () => {
  await using home = await startHome({ devices: ['toaster'] })
  await expect(home.accessToken(['nope'])).rejects.toThrow(
    /^Cannot ask for these scopes as each must be one of openid, .*home:read.*: got "nope"$/,
  )
  await expect(home.appPassword({ scopes: ['device'] })).rejects.toThrow(/one of home:read, .*: got "device"$/)
  await expect(home.appPassword({ name: '' })).rejects.toThrow(
    /^Cannot POST \/api\/app-passwords as the hub must take it: Cannot read the body/,
  )
  expect(() => home.toaster.hardware.loadBread('stone' as 'bread')).toThrow(
    'Cannot load the toaster as it must be one of bread, frozen, fruit-loaf, bagel: got "stone"',
  )
})
