// Which board the pins belong to.
import * as v from 'valibot'
import { strict, text, whole } from './rules.ts'

export type BoardWiring =
  /** `chip`: the label of the GPIO chip, where it is no Raspberry Pi's header. */
  | { readonly type: 'linux'; readonly i2cBus: number; readonly chip: string | undefined }
  /** An Arduino with StandardFirmata at a serial port. */
  | { readonly type: 'firmata'; readonly port: string }
  | { readonly type: 'simulated' }

export const LINUX = { type: 'linux', i2cBus: 1, chip: undefined } as const satisfies BoardWiring

export const BOARD_FORM = 'must be linux, simulated or firmata:<port>, such as firmata:/dev/ttyACM0'

/** Undefined for anything that is no board. */
export function parseBoard(name: string): BoardWiring | undefined {
  if (name === 'linux') return LINUX
  if (name === 'simulated') return { type: 'simulated' }
  const port = /^firmata:(.+)$/.exec(name)?.[1]
  return port === undefined ? undefined : { type: 'firmata', port }
}

const named = v.pipe(
  v.string(BOARD_FORM),
  v.check((name) => parseBoard(name) !== undefined, BOARD_FORM),
  v.transform((name): BoardWiring => parseBoard(name) ?? LINUX),
)
const described = v.pipe(
  strict({
    type: v.literal('linux', 'must be linux where more is said about it'),
    'i2c-bus': v.optional(whole(0, 255, 'the number of /dev/i2c-*'), 1),
    chip: v.optional(text('the label of a GPIO chip, as gpiodetect lists them')),
  }),
  v.transform(({ 'i2c-bus': i2cBus, chip }): BoardWiring => ({ type: 'linux', i2cBus, chip })),
)

export const board = v.lazy((input) => (typeof input === 'object' && input !== null ? described : named))
