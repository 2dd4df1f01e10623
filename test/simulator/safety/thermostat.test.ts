// Every rule of the thermostat, kept at its edge and broken just beyond it. A rule that cannot fail guards nothing.
import { describe, expect, test } from 'vitest'
import { THERMOSTAT_RULES, type ThermostatView } from '../../../simulator/safety/thermostat.ts'
import { at, type Case, type Course, judge } from './course.ts'

type ThermostatCase = Case<ThermostatView>

const CALM: ThermostatView = {
  ...{ powered: true, heating: false, cooling: false, relayWelded: false, sensorLies: false },
  ...{ airCelsius: 20, saidCelsius: 20 },
}
const ON = { heating: true }
const OFF = { heating: false }

/** It heats for so many minutes of every half hour, three hours long. */
const rhythm = (minutesOn: number): Course<ThermostatView> =>
  Array.from({ length: 6 }, (_, turn) => [
    [at(20 + 30 * turn), ON] as const,
    [at(20 + 30 * turn + minutesOn), OFF] as const,
  ]).flat()

const CASES: Readonly<Record<string, readonly ThermostatCase[]>> = {
  'thermostat: never heats and cools together': [
    {
      what: 'one after the other',
      course: [
        [at(1), ON],
        [at(9), OFF],
        [at(9), { cooling: true }],
      ],
    },
    {
      what: 'for a single moment',
      course: [
        [at(1), ON],
        [at(9), { cooling: true }],
        [at(9), OFF],
      ],
      says: 'both relays are closed',
    },
  ],
  'thermostat: no heat at 35 °C and above': [
    { what: 'a tenth below', course: [[at(5), { heating: true, saidCelsius: 34.9 }]] },
    {
      what: 'switched off within a minute',
      course: [
        [at(5), { heating: true, saidCelsius: 35 }],
        [at(5, 59.999), {}],
        [at(5, 59.999), OFF],
      ],
    },
    {
      what: 'a minute long',
      course: [
        [at(5), { heating: true, saidCelsius: 35 }],
        [at(6), {}],
        [at(6), OFF],
      ],
      says: 'it heats at 35 °C',
    },
    { what: 'a welded relay', course: [[at(5), { heating: true, relayWelded: true, saidCelsius: 40 }]] },
    {
      what: 'a sensor that says nothing of it',
      course: [[at(5), { heating: true, saidCelsius: undefined, airCelsius: 40 }]],
    },
  ],
  'thermostat: blind, it heats a tenth of the time at most': [
    { what: 'three minutes of thirty', course: [[at(0), { saidCelsius: undefined }], ...rhythm(3)] },
    {
      what: 'four minutes of thirty, one more than a tenth in each, is just within what a rhythm may need at the edges',
      course: [[at(0), { saidCelsius: undefined }], ...rhythm(4)],
    },
    {
      what: 'five minutes of thirty',
      course: [[at(0), { saidCelsius: undefined }], ...rhythm(5)],
      says: 'it heated 16 of the last 120 minutes without a sensor',
    },
    {
      what: 'sixteen minutes on end',
      course: [
        [at(0), { saidCelsius: undefined }],
        [at(20), ON],
        [at(36), {}],
        [at(36), OFF],
      ],
    },
    {
      what: 'a second more',
      course: [
        [at(0), { saidCelsius: undefined }],
        [at(20), ON],
        [at(36, 1), {}],
      ],
      says: 'it heated 16 of the last 120 minutes without a sensor',
    },
    {
      what: 'on end, though the relay is let go for a moment',
      course: [
        [at(0), { saidCelsius: undefined }],
        [at(20), ON],
        ...Array.from({ length: 9 }, (_, minute) => [
          [at(21 + minute, 5), OFF] as const,
          [at(21 + minute, 5), ON] as const,
        ]).flat(),
        [at(36, 1), {}],
      ],
      says: 'it heated 16 of the last 120 minutes without a sensor',
    },
    {
      what: 'what was heated with a sensor, or two hours ago, does not count',
      course: [
        [at(0), ON],
        [at(30), OFF],
        [at(30), { saidCelsius: undefined }],
        [at(50), ON],
        [at(60), OFF],
        [at(170), ON],
        [at(182), OFF],
      ],
    },
    {
      what: 'a sensor that comes back clears the account',
      course: [
        [at(0), { saidCelsius: undefined }],
        [at(20), ON],
        [at(35), { saidCelsius: 8 }],
        [at(36), { saidCelsius: undefined }],
        [at(60), {}],
        [at(66), OFF],
      ],
    },
    { what: 'a welded relay', course: [[at(0), { saidCelsius: undefined, heating: true, relayWelded: true }]] },
  ],
  'thermostat: a room that freezes is heated': [
    {
      what: 'within six minutes',
      course: [
        [at(1), { saidCelsius: 4.5 }],
        [at(6, 59.999), {}],
        [at(6, 59.999), ON],
      ],
    },
    {
      what: 'after six minutes',
      course: [
        [at(1), { saidCelsius: 4.5 }],
        [at(7), {}],
        [at(7), ON],
      ],
      says: 'it is 4.5 °C and nothing heats',
    },
    { what: 'a little warmer', course: [[at(1), { saidCelsius: 4.6 }]] },
    { what: 'a relay that is welded open', course: [[at(1), { saidCelsius: 2, relayWelded: true }]] },
    { what: 'a sensor that lies', course: [[at(1), { saidCelsius: -20, sensorLies: true }]] },
    { what: 'a sensor that is silent', course: [[at(1), { saidCelsius: undefined, airCelsius: 2 }]] },
    { what: 'no power', course: [[at(1), { saidCelsius: 2, powered: false }]] },
    {
      what: 'power that comes back, and six minutes more',
      course: [
        [at(1), { saidCelsius: 2, powered: false }],
        [at(60), { powered: true }],
        [at(66), {}],
      ],
      says: 'it is 2 °C and nothing heats',
    },
  ],
  'thermostat: the relay rests between switchings': [
    {
      what: 'three minutes',
      course: [
        [at(5), ON],
        [at(10), OFF],
        [at(13), ON],
      ],
    },
    {
      what: 'not quite three minutes',
      course: [
        [at(5), ON],
        [at(10), OFF],
        [at(12, 59), ON],
      ],
      says: 'it was off for only 179 s',
    },
    {
      what: 'off at once is always possible',
      course: [
        [at(5), ON],
        [at(5, 1), OFF],
      ],
    },
    {
      what: 'a power cut while it heated, and heat at once after it',
      course: [
        [at(5), ON],
        [at(10), { powered: false, ...OFF }],
        [at(11), { powered: true, ...ON }],
      ],
      says: 'it was off for only 60 s',
    },
    {
      what: 'a power cut while it heated, and heat when it has rested',
      course: [
        [at(5), ON],
        [at(10), { powered: false, ...OFF }],
        [at(11), { powered: true }],
        [at(13), ON],
      ],
    },
    {
      what: 'a power cut in which it had rested long',
      course: [
        [at(10), { powered: false }],
        [at(11), { powered: true }],
        [at(12), ON],
      ],
    },
    {
      what: 'a weld that lets go, and heat soon after',
      course: [
        [at(5), ON],
        [at(6), { relayWelded: true }],
        [at(20), { relayWelded: false, ...OFF }],
        [at(21), ON],
      ],
    },
    {
      what: 'a weld that holds and lets go',
      course: [
        [at(5), ON],
        [at(10), OFF],
        [at(11), { relayWelded: true, ...ON }],
        [at(12), { ...OFF }],
        [at(12, 1), { relayWelded: false, ...ON }],
      ],
    },
    {
      what: 'a weld long ago excuses nothing',
      course: [
        [at(5), { relayWelded: true }],
        [at(6), { relayWelded: false }],
        [at(10), ON],
        [at(20), OFF],
        [at(21), ON],
      ],
      says: 'it was off for only 60 s',
    },
  ],
  'thermostat: without power nothing heats': [
    {
      what: 'what was on goes off with the power',
      course: [
        [at(5), ON],
        [at(6), { powered: false, ...OFF }],
      ],
    },
    {
      what: 'the heating stays on',
      course: [
        [at(5), ON],
        [at(6), { powered: false }],
      ],
      says: 'a relay is closed',
    },
    {
      what: 'the cooling stays on',
      course: [
        [at(5), { cooling: true }],
        [at(6), { powered: false }],
      ],
      says: 'a relay is closed',
    },
    { what: 'a welded relay', course: [[at(5), { relayWelded: true, powered: false, ...ON }]] },
  ],
}

test('each rule is judged', () => {
  expect(Object.keys(CASES)).toEqual(THERMOSTAT_RULES.map(({ name }) => name))
})
describe.for(Object.entries(CASES))('%s', ([name, cases]) => judge(THERMOSTAT_RULES, name, CALM, cases))
