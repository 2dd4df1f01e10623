import { expect, test } from 'vitest'
import { readCondition } from '../../../simulator/scenario/condition.ts'
import { createStandIn, type Facts } from './stand-in.ts'

test.for<{ text: string; facts: Facts; holds: boolean }>([
  { text: 'thermostat.air >= 5', facts: { air: 5 }, holds: true },
  { text: 'thermostat.air >= 5', facts: { air: 4.99 }, holds: false },
  { text: 'thermostat.air>5 °C', facts: { air: 5 }, holds: false },
  { text: 'thermostat.air > -5.5', facts: { air: -5 }, holds: true },
  { text: 'thermostat.air <= 5', facts: { air: 5 }, holds: true },
  { text: 'thermostat.air < 5', facts: { air: 5 }, holds: false },
  { text: 'thermostat.target is 21.5', facts: { target: 21.5 }, holds: true },
  { text: 'thermostat.target is not 21.5', facts: { target: 21.5 }, holds: false },
  { text: 'security.siren', facts: { siren: true }, holds: true },
  { text: 'not security.siren', facts: { siren: true }, holds: false },
  { text: 'not security.siren', facts: { siren: false }, holds: true },
  { text: 'security.siren is false', facts: { siren: false }, holds: true },
  { text: 'security.state is armed_away', facts: { panel: 'armed_away' }, holds: true },
  { text: 'security.state is not armed_away', facts: { panel: 'disarmed' }, holds: true },
  { text: 'security.siren and thermostat.air > 5', facts: { siren: true, air: 6 }, holds: true },
  { text: 'security.siren and thermostat.air > 5', facts: { siren: true, air: 4 }, holds: false },
  { text: 'not security.siren and security.state is pending', facts: { siren: false, panel: 'pending' }, holds: true },
  // What is not known is neither more nor less, neither true nor false, and equal to nothing.
  { text: 'thermostat.air > 5', facts: {}, holds: false },
  { text: 'thermostat.air <= 5', facts: {}, holds: false },
  { text: 'security.siren', facts: {}, holds: false },
  { text: 'not security.siren', facts: {}, holds: false },
  { text: 'security.state is disarmed', facts: {}, holds: false },
])('$text, where $facts: $holds', ({ text, facts, holds }) => {
  const { home, is } = createStandIn()
  is(facts)
  expect(readCondition(text).holds(home)).toBe(holds)
})

test('it says which devices it speaks of, and how things are', () => {
  const { home, is } = createStandIn()
  const condition = readCondition('security.siren and thermostat.air > 5 and thermostat.target is 20')
  expect(condition.needs).toEqual(['security', 'thermostat'])
  is({ siren: false, air: 4.8149 })
  expect(condition.describe(home)).toBe(
    'security.siren is false, thermostat.air is 4.81 °C, thermostat.target is unknown',
  )
})
