// What the values of a scenario are made of: each with what it must be, for whoever wrote another, and for editors that complete it.
import * as v from 'valibot'
import { DEFAULT_CONFIG } from '../../device/security/config.ts'
import { lengthOf, readLength } from '../length.ts'
import { FLOOR_PLAN, OUTSIDE } from '../people/plan.ts'
import { ConditionError, readCondition } from './condition.ts'
import { isMoment } from './moment.ts'
import { PATHS, type Values } from './paths.ts'

/** An object that names the keys it knows when it meets one it does not. */
export const object = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, ({ expected, received }) =>
    expected === 'never'
      ? `is not known here: it must be one of ${Object.keys(entries).join(', ')}`
      : `must have keys such as ${Object.keys(entries).slice(0, 3).join(', ')}: got ${received === 'null' ? 'nothing' : received}`,
  )
export const text = v.pipe(v.string('must be text'), v.nonEmpty('must not be empty'))
export const oneOf = <const Options extends readonly string[]>(options: Options, what = '') =>
  v.picklist(options, ({ received }) => `must be ${what}one of ${options.join(', ')}: got ${received}`)
export const number = (min: number, max: number, unit: string) => {
  const message = `must be a number from ${min} to ${max}${unit && ` ${unit}`}`
  return v.pipe(v.number(message), v.minValue(min, message), v.maxValue(max, message))
}
export const WHOLE = 'must be a whole number'
export const whole = (min: number, max: number) => v.pipe(number(min, max, ''), v.integer(WHOLE))
export const truth = v.boolean('must be true or false')

const saidIn = (names: readonly string[], given: object) => names.filter((name) => Object.hasOwn(given, name))
export const hasOne = (names: readonly string[], given: object): boolean => saidIn(names, given).length === 1
/** `must have exactly one of at, every, when: got at and every`. */
export const exactlyOne = (names: readonly string[], given: object): string =>
  `must have exactly one of ${names.join(', ')}: got ${saidIn(names, given).join(' and ') || 'none'}`

const lasts = (given: string) => lengthOf(readLength(given) ?? NOTHING)
const NOTHING = '0s'
const LENGTH = 'must be a length of time like 8h, 2h30m or 45s'
const LENGTHS = ['30s', '10m', '2h30m', '8h', '7d']

const length = v.pipe(
  v.string(LENGTH),
  v.check((given) => readLength(given) !== undefined, LENGTH),
  v.metadata({ description: 'A length of time, such as 8h, 2h30m, 45s or 7d.', examples: LENGTHS }),
)
/** A length that something is repeated or lasts by: none at all would have no end, or no beginning. */
export const someLength = v.pipe(
  length,
  v.check((given) => readLength(given) === undefined || lasts(given) > 0, 'must be longer than nothing'),
)
/** Between these two; what is no length says so itself. */
export const lengthBetween = (least: string, most: string) =>
  v.pipe(
    length,
    v.check(
      (given) => readLength(given) === undefined || (lasts(given) >= lengthOf(least) && lasts(given) <= lengthOf(most)),
      `must be from ${least} to ${most}`,
    ),
  )
const SIGNED = 'must be a length of time like 1h, or -365d to go back'
/** A clock that goes wrong by more than this is no clock any more. */
const FARTHEST = '36500d'
export const signedLength = v.pipe(
  v.string(SIGNED),
  v.check((given) => readLength(unsigned(given)) !== undefined, SIGNED),
  v.check((given) => lasts(unsigned(given)) <= lengthOf(FARTHEST), `must be at most ${FARTHEST}, forth or back`),
  v.metadata({ description: 'By how much: 1h forth, -365d back.', examples: ['1h', '-1h', '365d', '-365d'] }),
)
function unsigned(given: string): string {
  return given.replace(/^[+-]/, '')
}
const MOMENT = 'must be a time like 22:00, day 2 07:30, or +2h after the start'
export const moment = v.pipe(
  v.string(MOMENT),
  v.check(isMoment, MOMENT),
  v.metadata({
    description: 'When: 22:00 (the next one), day 2 07:30 (day 1 is that of the start), or +2h (after the start).',
    examples: ['22:00', 'day 2 07:30', '+2h'],
  }),
)

/** Each thing that can be looked at, in a condition of its own; for editors. */
const CONDITIONS = Object.entries(PATHS).flatMap(([name, { values }]) => examplesOf(name, values))

function examplesOf(name: string, values: Values): readonly string[] {
  switch (values.type) {
    case 'boolean':
      return [name, `not ${name}`]
    case 'enum':
      return values.values.map((value) => `${name} is ${value}`)
    case 'number':
      return [`${name} >= `, `${name} <= `]
  }
}
export const condition = v.pipe(
  v.string('must be a condition like thermostat.air >= 5'),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    try {
      readCondition(dataset.value)
    } catch (error) {
      if (error instanceof ConditionError) addIssue({ message: error.message })
      else throw error
    }
  }),
  v.metadata({
    description: 'Such as thermostat.air >= 19, toaster.cycle is done, not security.siren; joined by "and".',
    examples: CONDITIONS,
  }),
)

export const zone = oneOf(
  DEFAULT_CONFIG.zones.map(({ id }) => id),
  'a zone of the panel, ',
)
export const wayIn = oneOf(
  FLOOR_PLAN.openings.filter(({ between }) => between.includes(OUTSIDE)).map(({ id }) => id),
  'a way in, ',
)
