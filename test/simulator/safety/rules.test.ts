// Every safety rule, kept at its edge and broken just beyond it. A rule that cannot fail guards nothing.
import { expect, test } from 'vitest'
import { type Millis, minutes, seconds } from '#contract/time.ts'
import type { Rule } from '../../../simulator/safety/rule.ts'
import { SECURITY_RULES, type SecurityView } from '../../../simulator/safety/security.ts'
import { THERMOSTAT_RULES, type ThermostatView } from '../../../simulator/safety/thermostat.ts'
import { TOASTER_RULES, type ToasterView } from '../../../simulator/safety/toaster.ts'

type Course<View> = readonly (readonly [from: Millis, change: Partial<View>])[]

/** Looks every ten seconds, each change on top of those before. The first complaint, if there is one. */
function complaint<View>(rule: Rule<View>, calm: View, course: Course<View>, until: Millis): string | undefined {
  const watch = rule.watch()
  let view = calm
  for (let at = 0; at <= until; at += 10_000) {
    for (const [from, change] of course) if (from <= at && from > at - 10_000) view = { ...view, ...change }
    const because = watch(view, at as Millis)
    if (because !== undefined) return because
  }
  return undefined
}

interface Case<View> {
  readonly rule: string
  readonly kept: Course<View>
  readonly broken: Course<View>
  readonly says: string
}

function judge<View>(rules: readonly Rule<View>[], calm: View, cases: readonly Case<View>[]): void {
  test(`each rule has a course that keeps it and one that breaks it: ${rules.length}`, () => {
    expect(cases.map(({ rule }) => rule).sort()).toEqual(rules.map(({ name }) => name).sort())
  })
  test.for(cases)('$rule', ({ rule: name, kept, broken, says }) => {
    const rule = rules.find((each) => each.name === name)
    if (rule === undefined) throw new Error(`no rule ${name}`)
    expect(complaint(rule, calm, [], minutes(180))).toBeUndefined()
    expect(complaint(rule, calm, kept, minutes(180))).toBeUndefined()
    expect(complaint(rule, calm, broken, minutes(180))).toContain(says)
  })
}

const at = (minute: number, second = 0) => seconds(minute * 60 + second)

/** On and off by turns, so many minutes of every hour. */
const pulses = (onMinutes: number, from: number): Course<ThermostatView> =>
  [0, 1, 2].flatMap((hour) => [
    [at(from + hour * 60), { heating: true }] as const,
    [at(from + hour * 60 + onMinutes), { heating: false }] as const,
  ])

judge<ThermostatView>(
  THERMOSTAT_RULES,
  {
    ...{ powered: true, heating: false, cooling: false, relayWelded: false, sensorLies: false },
    ...{ airCelsius: 20, saidCelsius: 20 },
  },
  [
    {
      rule: 'thermostat: never heats and cools together',
      kept: [
        [at(1), { heating: true }],
        [at(9), { heating: false, cooling: true }],
      ],
      broken: [
        [at(1), { heating: true }],
        [at(9), { cooling: true }],
      ],
      says: 'both relays',
    },
    {
      rule: 'thermostat: no heat at 35 °C and above',
      kept: [
        [at(5), { heating: true, saidCelsius: 34.9 }],
        [at(9), { saidCelsius: 35 }],
        [at(9, 50), { heating: false }],
      ],
      broken: [[at(5), { heating: true, saidCelsius: 35 }]],
      says: 'heats at 35',
    },
    {
      rule: 'thermostat: blind, it heats a tenth of the time at most',
      kept: [[at(0), { saidCelsius: undefined }], ...pulses(6, 20)],
      broken: [[at(0), { saidCelsius: undefined }], ...pulses(12, 20)],
      says: 'without a sensor',
    },
    {
      rule: 'thermostat: a room that freezes is heated',
      kept: [
        [at(1), { saidCelsius: 4.5 }],
        [at(6, 30), { heating: true }],
      ],
      broken: [
        [at(1), { saidCelsius: 4.5 }],
        [at(7, 30), { heating: true }],
      ],
      says: 'nothing heats',
    },
    {
      rule: 'thermostat: the relay rests between switchings',
      kept: [
        [at(5), { heating: true }],
        [at(10), { heating: false }],
        [at(13), { heating: true }],
      ],
      broken: [
        [at(5), { heating: true }],
        [at(10), { heating: false }],
        [at(12, 50), { heating: true }],
      ],
      says: 'off for only 170 s',
    },
    {
      rule: 'thermostat: without power nothing heats',
      kept: [
        [at(5), { heating: true }],
        [at(6), { powered: false, heating: false }],
      ],
      broken: [
        [at(5), { heating: true }],
        [at(6), { powered: false }],
      ],
      says: 'a relay is closed',
    },
  ],
)

test.for<{ what: string; rule: number; course: Course<ThermostatView> }>([
  {
    what: 'a welded relay in the heat',
    rule: 1,
    course: [[at(1), { heating: true, relayWelded: true, saidCelsius: 40 }]],
  },
  { what: 'frost behind a sensor that lies', rule: 3, course: [[at(1), { saidCelsius: 4, sensorLies: true }]] },
  { what: 'frost without power', rule: 3, course: [[at(1), { saidCelsius: 4, powered: false }]] },
])('no thermostat can help $what', ({ rule: index, course }) => {
  const rule = THERMOSTAT_RULES[index]
  if (rule === undefined) throw new Error('no rule')
  const calm = {
    powered: true,
    heating: false,
    cooling: false,
    relayWelded: false,
    sensorLies: false,
    airCelsius: 20,
    saidCelsius: 20,
  }
  expect(complaint(rule, calm, course, minutes(60))).toBeUndefined()
})

judge<ToasterView>(
  TOASTER_RULES,
  {
    ...{ powered: true, heating: false, relayWelded: false, carriage: 'up', caseCelsius: 20, fault: false },
    ...{ allowedAt: undefined, liftedAt: undefined, remoteStarts: 0 },
  },
  [
    {
      rule: 'toaster: the heater is off while the carriage is up',
      kept: [
        [at(1), { heating: true, carriage: 'down' }],
        [at(3), { heating: false, carriage: 'up' }],
      ],
      broken: [
        [at(1), { heating: true, carriage: 'down' }],
        [at(3), { carriage: 'up' }],
      ],
      says: 'with the carriage up',
    },
    {
      rule: 'toaster: no cycle heats longer than six minutes',
      kept: [
        [at(1), { heating: true, carriage: 'down' }],
        [at(6, 50), { heating: false }],
      ],
      broken: [
        [at(1), { heating: true, carriage: 'down' }],
        [at(7, 10), { heating: false }],
      ],
      says: 'six minutes',
    },
    {
      rule: 'toaster: a start from afar needs somebody who was there',
      kept: [
        [at(1), { allowedAt: at(1) }],
        [at(11), { remoteStarts: 1 }],
        [at(20), { allowedAt: at(20) }],
        [at(21), { remoteStarts: 2 }],
      ],
      broken: [
        [at(1), { allowedAt: at(1) }],
        [at(2), { remoteStarts: 1 }],
        [at(3), { remoteStarts: 2 }],
      ],
      says: 'used twice',
    },
    {
      rule: 'toaster: cold after power comes back',
      kept: [
        [at(1), { heating: true }],
        [at(2), { powered: false, heating: false }],
        [at(3), { powered: true }],
        [at(4), { heating: true }],
      ],
      broken: [
        [at(1), { heating: true }],
        [at(2), { powered: false, heating: false }],
        [at(3), { powered: true, heating: true }],
      ],
      says: 'heats by itself',
    },
    {
      rule: 'toaster: at fault it heats nothing',
      kept: [
        [at(1), { heating: true }],
        [at(2), { fault: true, heating: false }],
      ],
      broken: [
        [at(1), { heating: true }],
        [at(2), { fault: true }],
      ],
      says: 'at fault and heats',
    },
  ],
)

test.for<{ what: string; course: Course<ToasterView>; says: string }>([
  { what: 'nobody ever allowed it', course: [[at(1), { remoteStarts: 1 }]], says: 'nobody allowed it' },
  {
    what: 'it was allowed too long ago',
    course: [
      [at(1), { allowedAt: at(1) }],
      [at(12), { remoteStarts: 1 }],
    ],
    says: 'nobody allowed it',
  },
  {
    what: 'the bread was out since',
    course: [
      [at(1), { allowedAt: at(1) }],
      [at(2), { liftedAt: at(2) }],
      [at(3), { remoteStarts: 1 }],
    ],
    says: 'the carriage was up',
  },
])('a start from afar is one too many where $what', ({ course, says }) => {
  const rule = TOASTER_RULES.find(({ name }) => name.includes('from afar'))
  if (rule === undefined) throw new Error('no rule')
  const calm = {
    powered: true,
    heating: false,
    relayWelded: false,
    carriage: 'up',
    caseCelsius: 20,
    fault: false,
    allowedAt: undefined,
    liftedAt: undefined,
    remoteStarts: 0,
  } as const
  expect(complaint(rule, calm, course, minutes(30))).toContain(says)
})

const ARMED: SecurityView = {
  ...{ powered: true, siren: false, said: 'armed_away', heard: true, disarms: 0, open: [], openWatched: [] },
  ...{ entryDelay: seconds(30), sirenTime: minutes(15) },
}
const OPEN = { open: ['front-door'], openWatched: ['front-door'] }

judge<SecurityView>(SECURITY_RULES, ARMED, [
  {
    rule: 'panel: armed, it is disarmed by a right code and by nothing else',
    kept: [
      [at(5), { said: 'disarmed', disarms: 1 }],
      [at(9), { said: 'armed_home' }],
      [at(12), { said: 'disarmed', disarms: 2 }],
    ],
    broken: [
      [at(5), { said: 'disarmed', disarms: 1 }],
      [at(9), { said: 'armed_home' }],
      [at(12), { said: 'disarmed' }],
    ],
    says: 'from armed_home to disarmed without a code',
  },
  {
    rule: 'panel: an intrusion is an alarm when the entry delay ends',
    kept: [
      [at(5), OPEN],
      [at(5, 30), { siren: true, said: 'triggered' }],
      [at(20), { siren: false, said: 'armed_away' }],
    ],
    broken: [
      [at(5), OPEN],
      [at(5, 20), { open: [], openWatched: [] }],
    ],
    says: 'it has been silent for 40 s',
  },
  {
    rule: 'panel: the siren ends',
    kept: [
      [at(5), { siren: true }],
      [at(20), { siren: false }],
    ],
    broken: [[at(5), { siren: true }]],
    says: '16 minutes',
  },
])

test.for<{ what: string; course: Course<SecurityView>; says: string | undefined }>([
  {
    what: 'what stands open since the alarm is no new intrusion',
    course: [
      [at(1), OPEN],
      [at(1, 30), { siren: true }],
      [at(16), { siren: false }],
    ],
    says: undefined,
  },
  {
    what: 'another door after the alarm is one',
    course: [
      [at(1), OPEN],
      [at(1, 30), { siren: true }],
      [at(16), { siren: false }],
      [at(20), { open: ['front-door', 'back-door'], openWatched: ['front-door', 'back-door'] }],
    ],
    says: 'silent',
  },
  {
    what: 'the same door, shut and opened again, is one',
    course: [
      [at(1), OPEN],
      [at(1, 30), { siren: true }],
      [at(16), { siren: false }],
      [at(18), { open: [], openWatched: [] }],
      [at(20), OPEN],
    ],
    says: 'silent',
  },
  {
    what: 'a right code in time ends it',
    course: [
      [at(1), OPEN],
      [at(1, 20), { disarms: 1, said: 'disarmed', open: [], openWatched: [] }],
    ],
    says: undefined,
  },
  {
    what: 'who came and went while there was no power was seen by nothing',
    course: [
      [at(1), { powered: false }],
      [at(2), OPEN],
      [at(3), { open: [], openWatched: [] }],
      [at(4), { powered: true }],
    ],
    says: undefined,
  },
  {
    what: 'who came before the power went is still to be reported',
    course: [
      [at(1), OPEN],
      [at(1, 10), { powered: false }],
      [at(2), { open: [], openWatched: [] }],
      [at(4), { powered: true }],
    ],
    says: 'silent',
  },
  {
    what: 'without power it cannot sound, and has its delay again afterwards',
    course: [
      [at(1), OPEN],
      [at(1, 10), { powered: false }],
      [at(30), { powered: true }],
      [at(30, 30), { siren: true }],
    ],
    says: undefined,
  },
])('$what', ({ course, says }) => {
  const rule = SECURITY_RULES.find(({ name }) => name.includes('intrusion'))
  if (rule === undefined) throw new Error('no rule')
  const found = complaint(rule, ARMED, course, minutes(40))
  if (says === undefined) expect(found).toBeUndefined()
  else expect(found).toContain(says)
})
