import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import { apply, emptyHome, type Home } from '../../../hub/home/model.ts'
import { react } from '../../../hub/home/rules.ts'

const panel = parseDeviceId('security-k3f9ab', 'the test')
const thermostat = parseDeviceId('thermostat-k3f9ab', 'the test')
const toaster = parseDeviceId('toaster-k3f9ab', 'the test')

const say = (home: Home, device: string, path: string, payload: string) =>
  apply(home, { topic: `homie/5/${device}/${path}`, payload })
const house = ({ state = 'disarmed', preset = 'comfort', cycle = 'idle', there = 'ready' } = {}) =>
  [
    [thermostat, '$state', there] as const,
    [panel, 'panel/state', state] as const,
    [thermostat, 'climate/preset', preset] as const,
    [toaster, 'cycle/state', cycle] as const,
  ].reduce((home, [device, path, payload]) => say(home, device, path, payload), emptyHome)

test('arming away sends the thermostat away and remembers what it had; disarming restores it', () => {
  const before = house()
  const armed = say(before, panel, 'panel/state', 'armed_away')
  const left = react(before, armed, {})
  expect(left.commands).toMatchObject([{ device: thermostat, path: 'climate/preset', payload: 'away' }])
  expect(left.remembered).toEqual({ [thermostat]: 'comfort' })

  const away = say(armed, thermostat, 'climate/preset', 'away')
  const back = react(away, say(away, panel, 'panel/state', 'disarmed'), left.remembered)
  expect(back.commands).toMatchObject([{ device: thermostat, path: 'climate/preset', payload: 'comfort' }])
  expect(back.remembered).toEqual({})
})

test('a preset that somebody chose meanwhile stays', () => {
  const home = house({ state: 'armed_away', preset: 'boost' })
  const back = react(home, say(home, panel, 'panel/state', 'disarmed'), { [thermostat]: 'comfort' })
  expect(back.commands).toEqual([])
})

test.for([
  { cycle: 'heating', commands: 1 },
  { cycle: 'paused', commands: 1 },
  { cycle: 'keep_warm', commands: 1 },
  { cycle: 'idle', commands: 0 },
  { cycle: 'fault', commands: 0 },
])('an alarm cancels a toaster that is $cycle: $commands command(s)', ({ cycle, commands }) => {
  const home = house({ state: 'armed_home', cycle })
  const { commands: given } = react(home, say(home, panel, 'panel/state', 'triggered'), {})
  expect(given).toHaveLength(commands)
})

test.for(['armed_home', 'armed_night', 'arming', 'pending'])('%s moves nothing', (state) => {
  const home = house()
  expect(react(home, say(home, panel, 'panel/state', state), {}).commands).toEqual([])
})

test('the first word of a panel after a start is how things are, not something that happened', () => {
  const home = say(say(emptyHome, thermostat, 'climate/preset', 'comfort'), toaster, 'cycle/state', 'heating')
  expect(react(home, say(home, panel, 'panel/state', 'triggered'), {}).commands).toEqual([])
  expect(react(home, say(home, panel, 'panel/state', 'armed_away'), {}).commands).toEqual([])
})

test('a thermostat that was away when the panel was armed is sent away when it comes back, and brought home likewise', () => {
  const before = house({ there: 'lost' })
  const armed = say(before, panel, 'panel/state', 'armed_away')
  expect(react(before, armed, {}).commands).toEqual([])
  const back = say(armed, thermostat, '$state', 'ready')
  const sent = react(armed, back, {})
  expect(sent.commands).toMatchObject([{ device: thermostat, payload: 'away' }])

  const away = say(say(back, thermostat, 'climate/preset', 'away'), thermostat, '$state', 'lost')
  const home = say(away, panel, 'panel/state', 'disarmed')
  const kept = react(away, home, sent.remembered)
  expect(kept).toEqual({ commands: [], remembered: { [thermostat]: 'comfort' } })
  const there = react(home, say(home, thermostat, '$state', 'ready'), kept.remembered)
  expect(there).toMatchObject({ commands: [{ device: thermostat, payload: 'comfort' }], remembered: {} })
})

test('somebody who warms the empty house before coming home is not overruled when the thermostat reconnects', () => {
  const home = house({ state: 'armed_away', preset: 'boost', there: 'lost' })
  const back = say(home, thermostat, '$state', 'ready')
  expect(react(home, back, { [thermostat]: 'comfort' }).commands).toEqual([])
})
