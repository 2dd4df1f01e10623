import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import type { Scope } from '#contract/scopes.ts'
import { instant } from '#contract/time.ts'
import { type Action, decide } from '../../../hub/broker/permission.ts'
import type { Principal } from '../../../hub/broker/principal.ts'

const now = instant(1_000_000)
const device = parseDeviceId('toaster-k3f9ab', 'the test')
const base = { grantId: 'g', subject: 'robin', expiresAt: instant(now + 1), role: undefined, device: undefined }
const toaster: Principal = { ...base, clientId: device, device, scopes: ['device'] }
const person = (...scopes: Scope[]): Principal => ({ ...base, clientId: 'latchkey-page', role: 'owner', scopes })
const owner = person('home:read', 'climate:control', 'toaster:control', 'security:arm', 'security:disarm', 'home:admin')

const publish = (topic: string, { payload = 'x', retain = false } = {}): Action => ({
  type: 'publish',
  topic,
  retain,
  payload,
})
const subscribe = (filter: string): Action => ({ type: 'subscribe', filter })
const receive = (topic: string): Action => ({ type: 'receive', topic })
const told = (principal: Principal | undefined, action: Action) => {
  const verdict = decide(principal, action, now)
  return verdict.allowed ? 'allowed' : verdict.because
}

const OWN = `homie/5/${device}`
const PANEL = 'homie/5/security-k3f9ab/panel/command/set'
const order = (action: string) => JSON.stringify({ action, code: '12345' })

test.for([
  ['its own state', publish(`${OWN}/$state`, { retain: true }), 'allowed'],
  ['its own property', publish(`${OWN}/cycle/state`, { retain: true }), 'allowed'],
  ['its own set', publish(`${OWN}/cycle/start/set`), 'wrong_direction'],
  ["another's state", publish('homie/5/toaster-zzzzzz/$state'), 'foreign_topic'],
  ["another's set", publish('homie/5/thermostat-k3f9ab/climate/target/set'), 'wrong_direction'],
  ['a discovery document', publish('homeassistant/climate/x/y/config', { retain: true }), 'unknown_topic'],
  ['a system topic', publish('$SYS/broker/uptime'), 'unknown_topic'],
  ['a broadcast', publish('homie/5/$broadcast/alert'), 'unknown_topic'],
  ['a longer id that begins like its own', publish(`${OWN}x/cycle/state`), 'unknown_topic'],
  ['a topic too deep', publish(`${OWN}/a/b/c/d`), 'unknown_topic'],
  ['a new token', publish('$latchkey/authz'), 'allowed'],
  ['a token to be kept', publish('$latchkey/authz', { retain: true }), 'unknown_topic'],
] as const)('a device publishing %s: %s', ([, action, expected]) => {
  expect(told(toaster, action)).toBe(expected)
})

test.for([
  [`${OWN}/+/+/set`, 'allowed'],
  [`${OWN}/cycle/start/set`, 'allowed'],
  ['homie/5/$broadcast/#', 'allowed'],
  [`${OWN}/#`, 'foreign_topic'],
  ['homie/5/+/+/+/set', 'foreign_topic'],
  ['#', 'foreign_topic'],
  ['$latchkey/authz', 'foreign_topic'],
] as const)('a device subscribing to %s: %s', ([filter, expected]) => {
  expect(told(toaster, subscribe(filter))).toBe(expected)
})

test.for([
  ['home:read', 'homie/5/#', 'allowed'],
  ['home:read', `${OWN}/cycle/state`, 'allowed'],
  ['home:read', '#', 'unknown_topic'],
  ['home:read', '+/+/+/$state', 'unknown_topic'],
  ['home:read', '$share/g/homie/5/#', 'unknown_topic'],
  ['home:read', '$SYS/#', 'scope_missing'],
  ['home:admin', '$SYS/#', 'allowed'],
  ['home:read', 'homeassistant/#', 'unknown_topic'],
  ['home:read', '$latchkey/#', 'unknown_topic'],
  ['climate:control', 'homie/5/#', 'scope_missing'],
] as const)('with %s, subscribing to %s: %s', ([scope, filter, expected]) => {
  expect(told(person(scope), subscribe(filter))).toBe(expected)
})

test.for([
  ['climate:control', publish('homie/5/thermostat-k3f9ab/climate/target/set'), 'allowed'],
  ['toaster:control', publish('homie/5/thermostat-k3f9ab/climate/target/set'), 'scope_missing'],
  ['climate:control', publish('homie/5/thermostat-k3f9ab/climate/target/set', { retain: true }), 'retained_command'],
  ['climate:control', publish('homie/5/thermostat-k3f9ab/climate/current/set'), 'not_settable'],
  ['climate:control', publish('homie/5/thermostat-k3f9ab/climate/target'), 'wrong_direction'],
  ['security:arm', publish(PANEL, { payload: order('ARM_AWAY') }), 'allowed'],
  ['security:arm', publish(PANEL, { payload: order('TRIGGER') }), 'allowed'],
  ['security:arm', publish(PANEL, { payload: order('DISARM') }), 'scope_missing'],
  ['security:disarm', publish(PANEL, { payload: order('DISARM') }), 'allowed'],
  ['security:disarm', publish(PANEL, { payload: order('ARM_AWAY') }), 'scope_missing'],
  ['security:arm', publish(PANEL, { payload: '{"action":"ARM_AWAY","action":"DISARM"}' }), 'scope_missing'],
  ['security:arm', publish(PANEL, { payload: 'not json' }), 'scope_missing'],
  ['security:arm', publish('homie/5/security-k3f9ab/front-door/bypass/set', { payload: 'true' }), 'scope_missing'],
] as const)('with %s, publishing %j: %s', ([scope, action, expected]) => {
  expect(told(person(scope), action)).toBe(expected)
})

test('nobody but the device itself is told a command: it may hold a code', () => {
  expect(told(owner, receive(`${OWN}/cycle/start/set`))).toBe('foreign_topic')
  expect(told(toaster, receive(`${OWN}/cycle/start/set`))).toBe('allowed')
  expect(told(toaster, receive('homie/5/toaster-zzzzzz/cycle/start/set'))).toBe('foreign_topic')
  expect(told(owner, receive('$latchkey/authz'))).toBe('unknown_topic')
})

test('a token that has ended, or was never there, allows nothing', () => {
  const stale = { ...owner, expiresAt: now }
  for (const action of [publish('$latchkey/authz'), subscribe('homie/5/#'), receive(`${OWN}/$state`)]) {
    expect(told(stale, action)).toBe('token_expired')
    expect(told(undefined, action)).toBe('no_session')
  }
})
