import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import type { Scope } from '#contract/scopes.ts'
import { instant } from '#contract/time.ts'
import { type Action, decide } from '../../../hub/broker/permission.ts'
import type { Principal } from '../../../hub/broker/principal.ts'

const now = instant(1_000_000)
const device = parseDeviceId('toaster-k3f9ab', 'the test')
const base = {
  credential: 'access_token' as const,
  grantId: 'g',
  subject: 'robin',
  expiresAt: instant(now + 1),
  role: undefined,
  device: undefined,
}
const toaster: Principal = { ...base, clientId: device, device, scopes: ['device'] }
const person = (...scopes: Scope[]): Principal => ({ ...base, clientId: 'latchkey-page', role: 'owner', scopes })
const app = (...scopes: Scope[]): Principal => ({
  ...base,
  credential: 'app_password',
  clientId: 'app-0123456789abcdef',
  role: 'owner',
  scopes,
})
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

test.for([
  ['its birth', app('home:read'), publish('homeassistant/status'), 'allowed'],
  ['its birth, kept', app('home:read'), publish('homeassistant/status', { retain: true }), 'allowed'],
  ['its birth without home:read', app('climate:control'), publish('homeassistant/status'), 'scope_missing'],
  ['a document', app('home:read', 'home:admin'), publish('homeassistant/climate/x/y/config'), 'unknown_topic'],
  ['below its birth', app('home:read'), publish('homeassistant/status/x'), 'unknown_topic'],
  ['the birth, as a person', owner, publish('homeassistant/status'), 'unknown_topic'],
  ['the birth, as a device', toaster, publish('homeassistant/status'), 'unknown_topic'],
  ['a state', app('home:read', 'home:admin'), publish(`${OWN}/cycle/state`), 'wrong_direction'],
  ['a command', app('toaster:control'), publish(`${OWN}/cycle/start/set`), 'allowed'],
  ['a command without its scope', app('home:read'), publish(`${OWN}/cycle/start/set`), 'scope_missing'],
] as const)('Home Assistant publishing %s: %s', ([, principal, action, expected]) => {
  expect(told(principal, action)).toBe(expected)
})

test.for([
  ['the documents', app('home:read'), 'homeassistant/+/+/+/config', 'allowed'],
  ['everything of the prefix', app('home:read'), 'homeassistant/#', 'allowed'],
  ['the states', app('home:read'), 'homie/5/#', 'allowed'],
  ['the documents without home:read', app('climate:control'), 'homeassistant/#', 'scope_missing'],
  ['the prefix of another product', app('home:read'), 'tasmota/discovery/#', 'unknown_topic'],
  ['all there is', app('home:read'), '#', 'unknown_topic'],
  ['the documents, as a person', owner, 'homeassistant/#', 'unknown_topic'],
  ['the documents, as a device', toaster, 'homeassistant/#', 'foreign_topic'],
] as const)('Home Assistant subscribing to %s: %s', ([, principal, filter, expected]) => {
  expect(told(principal, subscribe(filter))).toBe(expected)
})

test('what Home Assistant is told is judged again for every message', () => {
  const document = receive('homeassistant/climate/x/y/config')
  expect(told(app('home:read'), document)).toBe('allowed')
  expect(told(app('climate:control'), document)).toBe('scope_missing')
  expect(told(owner, document)).toBe('unknown_topic')
  expect(told(app('home:read'), receive(`${OWN}/cycle/start/set`))).toBe('foreign_topic')
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

test('what a panel tells owners alone is heard by nobody else', () => {
  const silent = receive('homie/5/security-k3f9ab/$silent')
  expect(told(owner, silent)).toBe('allowed')
  expect(told(person('home:read', 'security:disarm'), silent)).toBe('scope_missing')
  expect(told(app('home:read'), silent)).toBe('scope_missing')
  expect(told(toaster, silent)).toBe('wrong_direction')
})
