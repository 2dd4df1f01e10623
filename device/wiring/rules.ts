// What the parts of every wiring have in common. A schema here says in its message what a setting must be, so that the one line a person
// gets names the cure and not only the place.
import * as v from 'valibot'

/** A physical level: what a meter at the pin would say. */
const LEVELS = ['low', 'high'] as const
const PULLS = ['up', 'down', 'none'] as const

/** An object whose every key is known. What a missing key must be is said by its own schema. */
export const strict = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  v.strictObject(entries, ({ expected, path }) => {
    const key = String(path?.at(-1)?.key)
    if (expected === 'never') return `must be one of the settings ${Object.keys(entries).join(', ')}`
    const entry: object = entries[key] ?? {}
    const isMissing = expected === `"${key}"` && 'message' in entry && typeof entry.message === 'string'
    return isMissing ? String(entry.message) : 'must be settings, one a line'
  })

export const oneOf = <const Options extends readonly string[]>(options: Options, what: string) =>
  v.picklist(options, `must be ${listed(options)}${what === '' ? '' : `, ${what}`}`)

export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** A number in a range, in `unit`. */
export function between(low: number, high: number, unit: string) {
  const message = `must be ${low} to ${high} ${unit}`.trimEnd()
  return v.pipe(v.number(message), v.minValue(low, message), v.maxValue(high, message))
}

export function whole(low: number, high: number, what: string) {
  const message = `must be ${what}, ${low} to ${high}`
  return v.pipe(v.number(message), v.integer(message), v.minValue(low, message), v.maxValue(high, message))
}

export const text = (what: string) => {
  const message = `must be ${what}`
  return v.pipe(v.string(message), v.nonEmpty(message))
}

export const yesNo = v.boolean('must be true or false')

/** Which pins there are is the board's to say. */
export const pin = v.pipe(
  v.number('must be the number of a pin, such as 17 for GPIO17'),
  v.integer('must be the number of a pin, such as 17 for GPIO17'),
)

type Level = (typeof LEVELS)[number]
const levelOf = (level: Level): 0 | 1 => (level === 'high' ? 1 : 0)

/** The settings of a pin that listens, whatever it listens to. */
export const listening = (pull: Pull) => ({
  pin,
  pull: v.optional(oneOf(PULLS, 'the resistor inside the board'), pull),
  'debounce-ms': v.optional(between(0, 1000, 'ms'), 20),
})
interface Listening {
  readonly pin: number
  readonly pull: Pull
  readonly 'debounce-ms': number
}

/** The level of an input in one of its two states; `otherwise` where the file does not say. */
export const levelWhen = (state: string, otherwise: Level) =>
  v.optional(oneOf(LEVELS, `the level at the pin when it is ${state}`), otherwise)

export const inputOf = ({ pin, pull, 'debounce-ms': debounceMillis }: Listening, level: Level): InputWiring => ({
  ...{ pin, pull, debounceMillis },
  active: levelOf(level),
})

/** Between the pin and ground unless said otherwise. */
export const button = v.pipe(
  strict({ ...listening('up'), pressed: levelWhen('pressed', 'low') }),
  v.transform(({ pressed, ...rest }) => inputOf(rest, pressed)),
)
/** Closed to ground while the window is shut, so that a cut wire is an open window. */
export const contact = v.pipe(
  strict({ ...listening('up'), open: levelWhen('open', 'high') }),
  v.transform(({ open, ...rest }) => inputOf(rest, open)),
)
const feedback = v.pipe(
  strict({ ...listening('up'), closed: levelWhen('closed', 'low') }),
  v.transform(({ closed, ...rest }) => inputOf(rest, closed)),
)

export type Pull = (typeof PULLS)[number]

export interface InputWiring {
  readonly pin: number
  /** The level that means open, pressed, down or closed. */
  readonly active: 0 | 1
  readonly pull: Pull
  readonly debounceMillis: number
}

export interface OutputWiring {
  readonly pin: number
  /** The level that switches on. */
  readonly active: 0 | 1
}

export interface RelayWiring extends OutputWiring {
  /** A second contact of the relay that tells where it really is. */
  readonly feedback: InputWiring | undefined
}

// Required: one that is guessed wrongly is a heater that is on whenever it should be off.
const active = oneOf(LEVELS, 'the level at the pin that switches it on')

/** A relay, a transistor, a buzzer that hums by itself. */
export const output = v.pipe(
  strict({ pin, active }),
  v.transform(({ pin, active }): OutputWiring => ({ pin, active: levelOf(active) })),
)

export const relay = v.pipe(
  strict({ pin, active, feedback: v.optional(feedback) }),
  v.transform(({ pin, active, feedback }): RelayWiring => ({ pin, active: levelOf(active), feedback })),
)

/** An LED between the pin and ground, with its resistor. */
export const led = strict({ pin })
export type LedWiring = v.InferOutput<typeof led>

/** `0x27` is how people write it, and YAML reads it as a number. */
export const address = (allowed: readonly number[]) => {
  const message = `must be an address of this chip, ${listed(allowed.map(hex))}`
  return v.pipe(v.number(message), v.values(allowed, message))
}

export const hex = (address: number): string => `0x${address.toString(16).padStart(2, '0')}`
export const range = (first: number, last: number): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)
