// Every rule of the toaster, kept at its edge and broken just beyond it.
import { describe, expect, test } from 'vitest'
import { TOASTER_RULES, type ToasterView } from '../../../simulator/safety/toaster.ts'
import { at, type Case, judge } from './course.ts'

const CALM: ToasterView = {
  ...{ powered: true, heating: false, relayWelded: false, carriage: 'up', caseCelsius: 20, fault: false },
  ...{ allowedAt: undefined, liftedAt: undefined, remoteStarts: 0 },
}
const DOWN = { carriage: 'down', heating: true } as const
const OFF = { heating: false }

const CASES: Readonly<Record<string, readonly Case<ToasterView>[]>> = {
  'toaster: the heater is off while the carriage is up': [
    {
      what: 'off within a second of a lift',
      course: [
        [at(1), DOWN],
        [at(3), { carriage: 'up' }],
        [at(3, 0.999), {}],
        [at(3, 0.999), OFF],
      ],
    },
    {
      what: 'on for a second after a lift',
      course: [
        [at(1), DOWN],
        [at(3), { carriage: 'up' }],
        [at(3, 1), {}],
      ],
      says: 'it heats with the carriage up',
    },
    {
      what: 'up and down again in time',
      course: [
        [at(1), DOWN],
        [at(3), { carriage: 'up' }],
        [at(3, 0.9), { carriage: 'down' }],
        [at(3, 1.1), {}],
      ],
    },
    { what: 'a welded relay', course: [[at(1), { heating: true, relayWelded: true }]] },
  ],
  'toaster: no cycle heats longer than six minutes': [
    {
      what: 'a millisecond less',
      course: [
        [at(1), DOWN],
        [at(7, -0.001), {}],
        [at(7, -0.001), OFF],
      ],
    },
    {
      what: 'six minutes',
      course: [
        [at(1), DOWN],
        [at(7), {}],
      ],
      says: 'it has heated for six minutes',
    },
    {
      what: 'two cycles one after the other',
      course: [
        [at(1), DOWN],
        [at(6), OFF],
        [at(6), { heating: true }],
        [at(11), OFF],
      ],
    },
    { what: 'a welded relay', course: [[at(1), { ...DOWN, relayWelded: true }]] },
  ],
  'toaster: a start from afar needs somebody who was there': [
    {
      what: 'ten minutes ago, and again for the next slice',
      course: [
        [at(1), { allowedAt: at(1) }],
        [at(11), { remoteStarts: 1 }],
        [at(14), { liftedAt: at(14) }],
        [at(20), { allowedAt: at(20) }],
        [at(21), { remoteStarts: 2 }],
      ],
    },
    {
      what: 'a second too long ago',
      course: [
        [at(1), { allowedAt: at(1) }],
        [at(11, 1), { remoteStarts: 1 }],
      ],
      says: 'nobody allowed it within ten minutes',
    },
    { what: 'never', course: [[at(1), { remoteStarts: 1 }]], says: 'nobody allowed it within ten minutes' },
    {
      what: 'before the bread was taken out',
      course: [
        [at(1), { allowedAt: at(1) }],
        [at(2), { liftedAt: at(2) }],
        [at(3), { remoteStarts: 1 }],
      ],
      says: 'the carriage was up since it was allowed',
    },
    {
      what: 'at the moment of the lift before it',
      course: [
        [at(1), { allowedAt: at(1), liftedAt: at(1) }],
        [at(3), { remoteStarts: 1 }],
      ],
    },
    {
      what: 'once, for two slices',
      course: [
        [at(1), { allowedAt: at(1) }],
        [at(2), { remoteStarts: 1 }],
        [at(3), { remoteStarts: 2 }],
      ],
      says: 'one permission was used twice',
    },
    {
      what: 'once, for two slices at one moment',
      course: [
        [at(1), { allowedAt: at(1) }],
        [at(2), { remoteStarts: 2 }],
      ],
      says: 'one permission was used twice',
    },
  ],
  'toaster: cold after power comes back': [
    {
      what: 'started by somebody a second later',
      course: [
        [at(1), DOWN],
        [at(2), { powered: false, ...OFF }],
        [at(3), { powered: true }],
        [at(3, 1), { heating: true }],
      ],
    },
    {
      what: 'hot at once',
      course: [
        [at(1), DOWN],
        [at(2), { powered: false, ...OFF }],
        [at(3), { powered: true }],
        [at(3, 0.999), { heating: true }],
      ],
      says: 'it heats by itself',
    },
    {
      what: 'hot without power',
      course: [
        [at(1), DOWN],
        [at(2), { powered: false }],
      ],
      says: 'it heats without power',
    },
    {
      what: 'a welded relay',
      course: [
        [at(1), { ...DOWN, relayWelded: true }],
        [at(2), { powered: false }],
        [at(3), { powered: true }],
      ],
    },
  ],
  'toaster: at fault it heats nothing': [
    {
      what: 'off within a second and a half',
      course: [
        [at(1), DOWN],
        [at(2), { fault: true }],
        [at(2, 1.499), {}],
        [at(2, 1.499), OFF],
      ],
    },
    {
      what: 'on for a second and a half',
      course: [
        [at(1), DOWN],
        [at(2), { fault: true }],
        [at(2, 1.5), {}],
      ],
      says: 'it is at fault and heats',
    },
    { what: 'a welded relay, which is the fault', course: [[at(1), { ...DOWN, fault: true, relayWelded: true }]] },
  ],
}

test('each rule is judged', () => {
  expect(Object.keys(CASES)).toEqual(TOASTER_RULES.map(({ name }) => name))
})
describe.for(Object.entries(CASES))('%s', ([name, cases]) => judge(TOASTER_RULES, name, CALM, cases))
