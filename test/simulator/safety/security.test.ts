// Every rule of the panel, kept at its edge and broken just beyond it.
import { describe, expect, test } from 'vitest'
import { minutes, seconds } from '#contract/time.ts'
import { SECURITY_RULES, type SecurityView } from '../../../simulator/safety/security.ts'
import { at, type Case, judge } from './course.ts'

const ARMED: SecurityView = {
  ...{ powered: true, siren: false, said: 'armed_away', heard: true, disarms: 0, open: [], openWatched: [] },
  ...{ entryDelay: seconds(30), sirenTime: minutes(15) },
}
const OPEN = { open: ['front-door'], openWatched: ['front-door'] }
const SHUT = { open: [], openWatched: [] }
const BOTH = { open: ['front-door', 'back-door'], openWatched: ['front-door', 'back-door'] }
const ALARM = { siren: true, said: 'triggered' }
const OVER = { siren: false, said: 'armed_away' }

const CASES: Readonly<Record<string, readonly Case<SecurityView>[]>> = {
  'panel: armed, it is disarmed by a right code and by nothing else': [
    {
      what: 'a code each time',
      course: [
        [at(5), { said: 'disarmed', disarms: 1 }],
        [at(9), { said: 'armed_home' }],
        [at(12), { said: 'disarmed', disarms: 2 }],
      ],
    },
    {
      what: 'by itself',
      course: [[at(5), { said: 'disarmed' }]],
      says: 'it went from armed_away to disarmed without a code',
    },
    {
      what: 'a code of the time before',
      course: [
        [at(5), { said: 'disarmed', disarms: 1 }],
        [at(9), { said: 'armed_home' }],
        [at(12), { said: 'disarmed' }],
      ],
      says: 'it went from armed_home to disarmed without a code',
    },
    {
      what: 'a code that was typed while it was disarmed',
      course: [
        [at(5), { said: 'disarmed', disarms: 1 }],
        [at(6), { disarms: 2 }],
        [at(9), { said: 'armed_night' }],
        [at(12), { said: 'disarmed' }],
      ],
      says: 'it went from armed_night to disarmed without a code',
    },
    {
      what: 'in the entry delay, by a code',
      course: [
        [at(5), { said: 'pending' }],
        [at(5, 20), { said: 'disarmed', disarms: 1 }],
      ],
    },
    {
      what: 'in the entry delay, by itself',
      course: [
        [at(5), { said: 'pending' }],
        [at(5, 20), { said: 'disarmed' }],
      ],
      says: 'it went from pending to disarmed without a code',
    },
    {
      what: 'in an alarm, by a code',
      course: [
        [at(5), { said: 'pending' }],
        [at(5, 30), ALARM],
        [at(6), { said: 'disarmed', siren: false, disarms: 1 }],
      ],
    },
    {
      what: 'after an alarm, which leaves it armed',
      course: [
        [at(5), ALARM],
        [at(20), OVER],
      ],
    },
    {
      what: 'after an alarm, which leaves it disarmed',
      course: [
        [at(5), { said: 'pending' }],
        [at(5, 30), ALARM],
        [at(20), { said: 'disarmed', siren: false }],
      ],
      says: 'it went from triggered to disarmed without a code',
    },
    {
      what: 'after an alarm that was raised while it was disarmed',
      course: [
        [at(5), { said: 'disarmed', disarms: 1 }],
        [at(9), ALARM],
        [at(24), { said: 'disarmed', siren: false }],
      ],
    },
    {
      what: 'arming that failed, or was called off',
      course: [
        [at(5), { said: 'disarmed', disarms: 1 }],
        [at(9), { said: 'arming' }],
        [at(10), { said: 'disarmed' }],
      ],
    },
  ],
  'panel: an intrusion is an alarm when the entry delay ends': [
    {
      what: 'at its end and five seconds',
      course: [
        [at(5), OPEN],
        [at(5, 35), {}],
        [at(5, 35), ALARM],
      ],
    },
    {
      what: 'a moment later',
      course: [
        [at(5), OPEN],
        [at(5, 35.001), {}],
      ],
      says: 'it has been silent for 35 s',
    },
    {
      what: 'never, since the door is shut again',
      course: [
        [at(5), OPEN],
        [at(5, 2), SHUT],
        [at(5, 36), {}],
      ],
      says: 'it has been silent for 36 s',
    },
    {
      what: 'a panel of another delay',
      course: [
        [at(0), { entryDelay: seconds(240) }],
        [at(5), OPEN],
        [at(9, 5), ALARM],
      ],
    },
    {
      what: 'a right code in time',
      course: [
        [at(5), OPEN],
        [at(5, 20), { ...SHUT, said: 'disarmed', disarms: 1 }],
      ],
    },
    { what: 'a door that nobody watches', course: [[at(5), { open: ['bathroom-window'] }]] },
    {
      what: 'what stands open since the alarm',
      course: [
        [at(1), OPEN],
        [at(1, 30), ALARM],
        [at(16), OVER],
      ],
    },
    {
      what: 'what stands open since a code',
      course: [
        [at(1), OPEN],
        [at(1, 20), { said: 'disarmed', disarms: 1, openWatched: [] }],
        [at(10), { said: 'armed_away', ...OPEN }],
      ],
    },
    {
      what: 'another door after the alarm',
      course: [
        [at(1), OPEN],
        [at(1, 30), ALARM],
        [at(16), OVER],
        [at(20), BOTH],
        [at(20, 36), {}],
      ],
      says: 'it has been silent for 36 s',
    },
    {
      what: 'the same door, shut and opened again',
      course: [
        [at(1), OPEN],
        [at(1, 30), ALARM],
        [at(16), OVER],
        [at(18), SHUT],
        [at(20), OPEN],
        [at(20, 36), {}],
      ],
      says: 'it has been silent for 36 s',
    },
    {
      what: 'no power, and its delay again afterwards',
      course: [
        [at(1), OPEN],
        [at(1, 10), { powered: false }],
        [at(30), {}],
        [at(30), { powered: true }],
        [at(30, 35), ALARM],
      ],
    },
    {
      what: 'power that is back, and silence',
      course: [
        [at(1), OPEN],
        [at(1, 10), { powered: false }],
        [at(30), {}],
        [at(30), { powered: true }],
        [at(30, 36), {}],
      ],
      says: 'it has been silent for 36 s',
    },
  ],
  'panel: the siren ends': [
    {
      what: 'a minute late',
      course: [
        [at(5), { siren: true }],
        [at(21), {}],
        [at(21), { siren: false }],
      ],
    },
    {
      what: 'later than that',
      course: [
        [at(5), { siren: true }],
        [at(21, 0.001), {}],
      ],
      says: 'it has sounded for 960 s',
    },
    {
      what: 'twice, with a pause between',
      course: [
        [at(5), { siren: true }],
        [at(20), { siren: false }],
        [at(20), { siren: true }],
        [at(35), { siren: false }],
      ],
    },
    {
      what: 'a siren that is to end sooner',
      course: [
        [at(0), { sirenTime: minutes(2) }],
        [at(5), { siren: true }],
        [at(8, 1), {}],
      ],
      says: 'it has sounded for 181 s',
    },
  ],
}

test('each rule is judged', () => {
  expect(Object.keys(CASES)).toEqual(SECURITY_RULES.map(({ name }) => name))
})
describe.for(Object.entries(CASES))('%s', ([name, cases]) => judge(SECURITY_RULES, name, ARMED, cases))
