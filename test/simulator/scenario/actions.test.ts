import { expect, test } from 'vitest'
import { formatAction } from '../../../simulator/scenario/actions.ts'

test.for([
  { name: 'hub', value: 'kill', text: 'hub: kill' },
  { name: 'target', value: 21.5, text: 'target: 21.5' },
  { name: 'sensor', value: { says: 85 }, text: 'sensor: says 85' },
  {
    name: 'line',
    value: { thermostat: 'cut', toaster: { delay: '2s' } },
    text: 'line: thermostat cut, toaster delay 2s',
  },
  { name: 'answers', value: ['slow_down', 503], text: 'answers: slow_down, 503' },
] as const)('$text', ({ name, value, text }) => {
  expect(formatAction(name, value)).toBe(text)
})
