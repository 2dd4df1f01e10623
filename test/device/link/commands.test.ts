import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import { seconds } from '#contract/time.ts'
import { type Command, done, refuse } from '../../../device/control.ts'
import { createObedience, readCommand } from '../../../device/link/commands.ts'
import type { RunningProduct } from '../../../device/run.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

const device = parseDeviceId('thermostat-k3f9ab', 'the test')
const thermostat = { kind: 'thermostat' } as const
const message = (path: string, payload: string, retained = false) => ({
  topic: `homie/5/${device}/${path}/set`,
  payload,
  retained,
})

test.for([
  { what: 'a target', path: 'climate/target', payload: '21.5', value: 21.5 },
  { what: 'a target between two steps', path: 'climate/target', payload: '21.53', value: 21.5 },
  { what: 'a mode', path: 'climate/mode', payload: 'heat', value: 'heat' },
  { what: 'a hold', path: 'climate/hold', payload: '{"indefinite":true}', value: { indefinite: true } },
])('reads $what', ({ path, payload, value }) => {
  expect(readCommand(message(path, payload), thermostat, device)).toMatchObject({
    type: 'command',
    command: { path, value },
  })
})

test.for([
  { what: 'out of range', path: 'climate/target', payload: '45', says: 'must be from 5 to 35' },
  { what: 'no number', path: 'climate/target', payload: 'warm', says: 'must be a decimal number' },
  { what: 'NaN', path: 'climate/target', payload: 'NaN', says: 'must be a decimal number' },
  { what: 'empty', path: 'climate/target', payload: '', says: 'must be a decimal number' },
  { what: 'an exponent', path: 'climate/target', payload: '2e1', says: 'must be a decimal number' },
  { what: 'an unknown mode', path: 'climate/mode', payload: 'HEAT', says: 'must be one of' },
  { what: 'broken JSON', path: 'climate/hold', payload: '{', says: 'must be a JSON object' },
  { what: 'a bare JSON number', path: 'climate/hold', payload: '7', says: 'must be a JSON object' },
  { what: 'not settable', path: 'climate/current', payload: '20', says: 'not a property that can be set' },
  { what: 'unknown', path: 'climate/colour', payload: 'red', says: 'not a property that can be set' },
  { what: 'an inherited name', path: 'constructor/name', payload: 'x', says: 'not a property that can be set' },
])('refuses a payload that is $what and says why without repeating it', ({ path, payload, says }) => {
  const read = readCommand(message(path, payload), thermostat, device)
  expect(read).toMatchObject({ type: 'refused', ack: { ok: false } })
  expect(JSON.stringify(read)).toContain(says)
})

test.for([
  { what: 'a retained command', input: message('climate/target', '21', true) },
  {
    what: "another device's command",
    input: { ...message('climate/target', '21'), topic: 'homie/5/thermostat-zzzzzz/climate/target/set' },
  },
  { what: 'a topic that is none of ours', input: { topic: 'x', payload: '', retained: false } },
])('ignores $what', ({ input }) => {
  expect(readCommand(input, thermostat, device).type).toBe('ignored')
})

function obedient(ack = done) {
  const clock = new VirtualClock()
  const carriedOut: Command[] = []
  const product = {
    kind: 'security',
    obey: async (command: Command) => {
      carriedOut.push(command)
      return ack
    },
  } as unknown as RunningProduct
  const panel = parseDeviceId('security-k3f9ab', 'the test')
  const obey = createObedience(product, () => {}, clock)(panel)
  const send = (value: object) =>
    obey.obey({ topic: `homie/5/${panel}/panel/command/set`, payload: JSON.stringify(value), retained: false })
  return { send, carriedOut, clock }
}

test('carries a command that comes twice with one id out once, and answers it twice', async () => {
  const { send, carriedOut } = obedient()
  const first = await send({ action: 'ARM_AWAY', id: 'c-1' })
  const second = await send({ action: 'ARM_AWAY', id: 'c-1' })
  expect(carriedOut).toHaveLength(1)
  expect(first).toEqual({ id: 'c-1', property: 'panel/command', ok: true })
  expect(second).toEqual(first)
})

test('answers a command without an id only when it failed', async () => {
  expect(await obedient().send({ action: 'ARM_AWAY' })).toBeUndefined()
  expect(await obedient(refuse('not_ready', 'a window is open')).send({ action: 'ARM_AWAY' })).toEqual({
    property: 'panel/command',
    ok: false,
    code: 'not_ready',
    message: 'a window is open',
  })
})

test('an id that was used for something else is a command of its own', async () => {
  const { send, carriedOut } = obedient()
  await send({ action: 'ARM_AWAY', id: '1' })
  await send({ action: 'DISARM', code: '12345', id: '1' })
  expect(carriedOut).toHaveLength(2)
})

test('the same command a minute later is meant', async () => {
  const { send, carriedOut, clock } = obedient()
  await send({ action: 'ARM_AWAY', id: '1' })
  await clock.advance(seconds(59))
  await send({ action: 'ARM_AWAY', id: '1' })
  expect(carriedOut).toHaveLength(1)
  await clock.advance(seconds(61))
  await send({ action: 'ARM_AWAY', id: '1' })
  expect(carriedOut).toHaveLength(2)
})
