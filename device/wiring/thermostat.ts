// What a thermostat's file says.
import * as v from 'valibot'
import { minutes, seconds } from '#contract/time.ts'
import { RESTS } from '../thermostat/guard.ts'
import { HYSTERESIS, PI, type Proportional, type Regulator, type Rests, TPI } from '../thermostat/regulator.ts'
import { between, button, contact, led, output, relay, strict } from './rules.ts'
import { display, roomSensor } from './sensor.ts'
import { schedule } from './week.ts'

export const thermostatParts = v.pipe(
  strict({
    sensor: roomSensor,
    outside: v.optional(roomSensor),
    heat: v.optional(relay),
    cool: v.optional(output),
    warmer: v.optional(button),
    colder: v.optional(button),
    window: v.optional(contact),
    led: v.optional(led),
    'setup-key': v.optional(button),
    display: v.optional(display),
  }),
  v.check(({ heat, cool }) => heat !== undefined || cool !== undefined, 'must have a relay: heat, cool or both'),
)
export type ThermostatParts = v.InferOutput<typeof thermostatParts>

const BY_NAME = { hysteresis: HYSTERESIS, tpi: TPI, pi: PI } as const
const NAMES = ['hysteresis', 'tpi', 'pi'] as const
const FORM = `must be one of ${NAMES.join(', ')}, or settings with such a type`

const cycle = (regulator: Proportional) => v.optional(between(2, 60, 'minutes'), regulator.cycle / minutes(1))
const described = v.variant(
  'type',
  [
    v.pipe(
      strict({ type: v.literal('hysteresis'), kelvin: v.optional(between(0.1, 2, 'K'), HYSTERESIS.kelvin) }),
      v.transform((read): Regulator => read),
    ),
    v.pipe(
      strict({
        type: v.literal('tpi'),
        'per-kelvin': v.optional(between(0.05, 5, 'of the time'), TPI.perKelvin),
        'per-kelvin-outside': v.optional(between(0, 0.5, 'of the time'), TPI.perKelvinOutside),
        'cycle-minutes': cycle(TPI),
      }),
      v.transform(
        ({ type, 'per-kelvin': perKelvin, 'per-kelvin-outside': perKelvinOutside, ...rest }): Regulator => ({
          ...{ type, perKelvin, perKelvinOutside },
          cycle: minutes(rest['cycle-minutes']),
        }),
      ),
    ),
    v.pipe(
      strict({
        type: v.literal('pi'),
        'per-kelvin': v.optional(between(0.05, 5, 'of the time'), PI.perKelvin),
        'integral-minutes': v.optional(between(10, 1440, 'minutes'), PI.integralTime / minutes(1)),
        'cycle-minutes': cycle(PI),
      }),
      v.transform(
        ({ type, 'per-kelvin': perKelvin, ...rest }): Regulator => ({
          ...{ type, perKelvin },
          integralTime: minutes(rest['integral-minutes']),
          cycle: minutes(rest['cycle-minutes']),
        }),
      ),
    ),
  ],
  FORM,
)
const named = v.pipe(
  v.picklist(NAMES, FORM),
  v.transform((name): Regulator => BY_NAME[name]),
)
const regulator = v.lazy((input) => (typeof input === 'object' && input !== null ? described : named))

/** A boiler or a compressor that may rest for no time at all would not last. */
const rests = v.pipe(
  strict({
    'min-on-seconds': v.optional(between(10, 3600, 'seconds'), RESTS.minOn / 1000),
    'min-off-seconds': v.optional(between(10, 3600, 'seconds'), RESTS.minOff / 1000),
  }),
  v.transform(
    ({ 'min-on-seconds': on, 'min-off-seconds': off }): Rests => ({ minOn: seconds(on), minOff: seconds(off) }),
  ),
)

export const thermostatBehaviour = v.pipe(
  strict({ regulator: v.optional(regulator, 'hysteresis'), schedule: v.optional(schedule), rests: v.optional(rests) }),
  v.transform(({ regulator, schedule, rests = RESTS }) => ({ regulator, schedule, rests })),
)
