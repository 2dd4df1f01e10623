// What a scenario may say: one schema, from which the type, the errors and the published JSON Schema come.
import * as v from 'valibot'
import { parseInstant } from '#contract/clock.ts'
import { KINDS } from '#contract/ids.ts'
import { MODES, PRESETS, PROGRAMS } from '#contract/kinds.ts'
import { ROLES } from '#contract/scopes.ts'
import { ERROR_CODES, NON_ANSWERS } from '../answers.ts'
import { HOUSE_NAMES } from '../house/presets.ts'
import { REFUSALS } from './refusals.ts'
import {
  condition,
  exactlyOne,
  hasOne,
  lengthBetween,
  moment,
  number,
  object,
  oneOf,
  signedLength,
  someLength,
  text,
  truth,
  WHOLE,
  wayIn,
  whole,
  zone,
} from './values.ts'

const kind = oneOf(KINDS)
const isSome = (given: object): boolean => Object.keys(given).length > 0
const each = <const Value extends v.GenericSchema>(value: Value) =>
  v.pipe(
    object({ thermostat: v.exactOptional(value), toaster: v.exactOptional(value), security: v.exactOptional(value) }),
    v.check((given) => isSome(given), 'must name a device'),
  )

const sensor = v.union(
  [
    oneOf(['stuck', 'silent', 'nan', 'mended']),
    // Broken ones say -127 or 85, and a short circuit anything.
    object({ says: number(-1000, 1000, '°C') }),
    object({ drifting: number(-100, 100, 'K an hour') }),
  ],
  'must be stuck, silent, nan, mended, {says: 85} or {drifting: 2} (K an hour)',
)

/** Of a run: a year, and some days to see what comes after. */
const LONGEST = '400d'
const delay = lengthBetween('0s', '1h')
const zoneName = v.pipe(
  text,
  v.metadata({
    description: 'A name of the IANA time zone database: people, and the times of this scenario, go by it. UTC.',
    examples: ['UTC', 'Europe/London', 'Europe/Berlin', 'America/New_York', 'Asia/Tokyo', 'Australia/Sydney'],
  }),
)

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})$/

/** Everything a step can do; one of them a step. */
export const actionEntries = {
  /** From a phone: the owner's, or that of whoever `as` names. */
  target: v.exactOptional(number(5, 35, '°C')),
  mode: v.exactOptional(oneOf(MODES)),
  preset: v.exactOptional(oneOf(PRESETS)),
  /** Keeps what is chosen by hand until then, as a phone writes it down: RFC 3339. */
  hold: v.exactOptional(
    v.union(
      [
        oneOf(['indefinite', 'none']),
        object({
          until: v.pipe(
            text,
            v.check(
              (given) => RFC_3339.test(given) && parseInstant(given) !== undefined,
              'must be a time like 2030-03-31T07:00:00+02:00',
            ),
          ),
        }),
      ],
      'must be indefinite, none, or {until: 2030-03-31T07:00:00+02:00}',
    ),
  ),
  program: v.exactOptional(oneOf(PROGRAMS)),
  browning: v.exactOptional(whole(1, 7)),
  toaster: v.exactOptional(oneOf(['start', 'cancel', 'lift', 'more'])),
  arm: v.exactOptional(oneOf(['away', 'home', 'night', 'vacation'])),
  disarm: v.exactOptional(oneOf(['right-code', 'wrong-code'])),
  /** With one's own hands. */
  lever: v.exactOptional(oneOf(['load', 'press', 'lift'])),
  key: v.exactOptional(oneOf(['start', 'cancel', 'remote-start', 'reset'])),
  open: v.exactOptional(zone),
  close: v.exactOptional(zone),
  tamper: v.exactOptional(truth),
  window: v.exactOptional(oneOf(['open', 'close'])),
  /** What breaks. */
  outdoors: v.exactOptional(number(-60, 60, '°C')),
  sensor: v.exactOptional(sensor),
  relay: v.exactOptional(
    v.pipe(
      object({
        thermostat: v.exactOptional(oneOf(['welded', 'mended'])),
        toaster: v.exactOptional(oneOf(['welded', 'mended'])),
      }),
      v.check((given) => isSome(given), 'must name a device'),
    ),
  ),
  jam: v.exactOptional(truth),
  hub: v.exactOptional(oneOf(['kill', 'stop', 'start', 'restart', 'kill-and-start', 'rotate-keys', 'replace-keys'])),
  broker: v.exactOptional(oneOf(['stop', 'start'])),
  messages: v.exactOptional(
    v.union(
      [
        oneOf(['normal']),
        v.pipe(
          object({
            drop: v.exactOptional(number(0, 1, '')),
            double: v.exactOptional(number(0, 1, '')),
            reorder: v.exactOptional(number(0, 1, '')),
            delay: v.exactOptional(delay),
            topic: v.exactOptional(text),
            way: v.exactOptional(oneOf(['to_broker', 'from_broker'])),
          }),
          v.check(
            ({ drop = 0, double = 0, reorder = 0 }) =>
              drop + double + reorder <= 1 || Math.max(drop, double, reorder) > 1,
            'must share out no more than 1: drop, double and reorder together',
          ),
        ),
      ],
      'must be normal, or shares from 0 to 1 for drop, double and reorder, and a delay',
    ),
  ),
  line: v.exactOptional(
    each(
      v.union([oneOf(['cut', 'join', 'half-open']), object({ delay })], 'must be cut, join, half-open or {delay: 2s}'),
    ),
  ),
  power: v.exactOptional(each(oneOf(['cut', 'restore', 'blink']))),
  'power-cut-at-file-request': v.exactOptional(each(whole(1, 1000))),
  disk: v.exactOptional(each(oneOf(['full', 'free']))),
  clock: v.exactOptional(
    v.pipe(
      object({
        thermostat: v.exactOptional(signedLength),
        toaster: v.exactOptional(signedLength),
        security: v.exactOptional(signedLength),
        hub: v.exactOptional(signedLength),
      }),
      v.check((given) => isSome(given), 'must say whose'),
    ),
  ),
  ghost: v.exactOptional(
    object({ device: kind, path: v.pipe(text, v.includes('/', 'must be like cycle/start')), payload: v.string() }),
  ),
  revoke: v.exactOptional(kind),
  pair: v.exactOptional(kind),
  answers: v.exactOptional(
    v.pipe(
      v.array(
        v.union(
          [oneOf([...ERROR_CODES, ...NON_ANSWERS]), whole(400, 599)],
          'must be an OAuth error, malformed, hang, reset, or an HTTP status from 400 to 599',
        ),
      ),
      v.minLength(1, 'must have an answer'),
      v.maxLength(1000, 'must have at most 1000 answers'),
    ),
  ),
  /** By which door or window. */
  burglar: v.exactOptional(wayIn),
  say: v.exactOptional(text),
} as const
export type ActionName = keyof typeof actionEntries

export const action = v.pipe(
  object(actionEntries),
  v.check(
    (given) => Object.keys(given).length === 1,
    ({ input }) =>
      `must do exactly one thing, write a list for more: got ${Object.keys(input).join(' and ') || 'none'}`,
  ),
)
export type Action = v.InferOutput<typeof action>

const TIMES = ['at', 'every', 'when'] as const
const step = v.pipe(
  object({
    at: v.exactOptional(moment),
    every: v.exactOptional(
      v.union(
        [
          lengthBetween('1s', LONGEST),
          v.pipe(v.string(), v.regex(/^[1-9]\d{0,5} messages$/, 'must be like 10 messages')),
        ],
        'must be a length of time like 30m, or like 10 messages',
      ),
    ),
    when: v.exactOptional(condition),
    from: v.exactOptional(moment),
    until: v.exactOptional(moment),
    /** Whose phone it is. */
    as: v.exactOptional(oneOf(ROLES)),
    /** What the phone is told: done, or why not. */
    expect: v.exactOptional(oneOf(['accepted', 'refused', ...REFUSALS])),
    do: v.union(
      [action, v.pipe(v.array(action), v.minLength(1, 'must do something'))],
      'must be one action, or a list of them',
    ),
  }),
  v.check(
    (given) => hasOne(TIMES, given),
    ({ input }) => exactlyOne(TIMES, input),
  ),
)
export type Step = v.InferOutput<typeof step>

const limits = v.pipe(
  object({
    'at-most': v.exactOptional(number(0, 1e9, '')),
    'at-least': v.exactOptional(number(0, 1e9, '')),
  }),
  v.check((given) => Object.keys(given).length > 0, 'must have at-most, at-least or both'),
  v.check(
    ({ 'at-most': most = Number.POSITIVE_INFINITY, 'at-least': least = 0 }) => least <= most,
    'can never be met: at-least must not be more than at-most',
  ),
)
export const expectationEntries = {
  name: v.exactOptional(text),
  always: v.exactOptional(condition),
  never: v.exactOptional(condition),
  eventually: v.exactOptional(condition),
  sequence: v.exactOptional(v.pipe(v.array(condition), v.minLength(2, 'must name two conditions at least'))),
  /** K·h below the target (by half a kelvin or more), while the mode heats. */
  comfort: v.exactOptional(limits),
  /** How often the heating went on, a day. */
  cycles: v.exactOptional(limits),
  /** What the heater used, kWh. */
  energy: v.exactOptional(limits),
  /** Between these times; the whole run unless given. */
  from: v.exactOptional(moment),
  until: v.exactOptional(moment),
  /** Of `from`, for eventually and sequence. */
  within: v.exactOptional(someLength),
} as const
const CHECKS = ['always', 'never', 'eventually', 'sequence', 'comfort', 'cycles', 'energy'] as const
export const expectation = v.pipe(
  object(expectationEntries),
  v.check(
    (given) => hasOne(CHECKS, given),
    ({ input }) => exactlyOne(CHECKS, input),
  ),
)
export type Expectation = v.InferOutput<typeof expectation>

const weather = v.union(
  [
    object({ celsius: number(-60, 60, '°C') }),
    object({
      mean: number(-60, 60, '°C'),
      swing: v.exactOptional(number(0, 30, 'K')),
      latitude: v.exactOptional(number(-90, 90, '°')),
    }),
    object({ file: text }),
  ],
  'must be {celsius: -5}, {mean: 4, swing: 6} or {file: some.epw}',
)

export const scenarioSchema = object({
  name: text,
  story: v.exactOptional(text),
  seed: v.exactOptional(
    v.pipe(
      v.number(WHOLE),
      v.integer(WHOLE),
      v.minValue(Number.MIN_SAFE_INTEGER, WHOLE),
      v.maxValue(Number.MAX_SAFE_INTEGER, WHOLE),
    ),
  ),
  home: v.exactOptional(
    object({
      devices: v.exactOptional(v.pipe(v.array(kind), v.minLength(1, 'must have a device'))),
      house: v.exactOptional(oneOf(HOUSE_NAMES)),
      zone: v.exactOptional(zoneName),
      start: v.exactOptional(
        v.pipe(text, v.regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$/, 'must be a local time like 2030-01-14 18:00')),
      ),
      weather: v.exactOptional(weather),
      indoors: v.exactOptional(number(-20, 35, '°C')),
      people: v.exactOptional(whole(0, 6)),
      pet: v.exactOptional(truth),
      tokens: v.exactOptional(lengthBetween('5s', '30d')),
    }),
  ),
  for: lengthBetween('1s', LONGEST),
  steps: v.exactOptional(v.array(step)),
  expect: v.exactOptional(v.array(expectation)),
})
export type Scenario = v.InferOutput<typeof scenarioSchema>
