import { expect, test } from 'vitest'
import { describeDevice } from '#contract/description.ts'
import { parseDeviceId } from '#contract/ids.ts'
import { apply, emptyHome, type HomeMessage } from '../../../hub/home/model.ts'

const id = parseDeviceId('toaster-k3f9ab', 'the test')
const root = `homie/5/${id}`
const after = (...messages: readonly [string, string][]) =>
  messages.map(([path, payload]): HomeMessage => ({ topic: `${root}/${path}`, payload })).reduce(apply, emptyHome)

test('a device appears with its first word, and its properties as they come', () => {
  const description = JSON.stringify(describeDevice({ kind: 'toaster', name: 'Kitchen', version: 1 }))
  const home = after(
    ['$state', 'ready'],
    ['$description', description],
    ['cycle/state', 'idle'],
    ['cycle/state', 'heating'],
  )
  expect(home.get(id)).toMatchObject({ id, state: 'ready', name: 'Kitchen' })
  expect(home.get(id)?.properties.get('cycle/state')).toBe('heating')
})

test('a device that is cleared topic by topic is gone and stays gone', () => {
  const home = after(
    ['$state', 'ready'],
    ['cycle/state', 'idle'],
    ['$state', ''],
    ['cycle/state', ''],
    ['$description', ''],
  )
  expect(home.size).toBe(0)
})

test.for([
  { what: 'a momentary event', message: ['cycle/event', '{"event_type":"done"}'] as const },
  { what: 'an answer', message: ['ack/last', '{"ok":true}'] as const },
  { what: 'a command', message: ['cycle/start/set', 'true'] as const },
  { what: 'a property that a toaster does not have', message: ['climate/target', '21'] as const },
  { what: 'a state that Homie does not have', message: ['$state', 'sulking'] as const },
  { what: 'a description that is no JSON', message: ['$description', '{'] as const },
  { what: 'the same value again', message: ['cycle/state', 'idle'] as const },
])('$what leaves the home as it was, the very same value', ({ message: [path, payload] }) => {
  const before = after(['$state', 'ready'], ['cycle/state', 'idle'])
  expect(apply(before, { topic: `${root}/${path}`, payload })).toBe(before)
})
