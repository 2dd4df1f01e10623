// What a toaster's file says.
import * as v from 'valibot'
import { between, button, inputOf, led, levelWhen, listening, output, pin, relay, strict, yesNo } from './rules.ts'
import { caseSensor, display, knob } from './sensor.ts'

const carriage = v.pipe(
  strict({ ...listening('up'), down: levelWhen('down', 'low') }),
  v.transform(({ down, ...rest }) => inputOf(rest, down)),
)

/** A lever of a servo instead of a magnet, in degrees. */
const servo = strict({
  pin,
  hold: v.optional(between(0, 180, 'degrees'), 0),
  release: v.optional(between(0, 180, 'degrees'), 90),
})

const LEVER = 'must have a magnet or a servo, one of them'

export type ServoWiring = v.InferOutput<typeof servo>

export const toasterParts = v.pipe(
  strict({
    heater: relay,
    carriage,
    magnet: v.optional(output),
    servo: v.optional(servo),
    case: v.optional(caseSensor),
    knob: v.optional(knob),
    lighter: v.optional(button),
    darker: v.optional(button),
    start: v.optional(button),
    cancel: v.optional(button),
    'remote-start': v.optional(button),
    reset: v.optional(button),
    buzzer: v.optional(output),
    led: v.optional(led),
    'setup-key': v.optional(button),
    display: v.optional(display),
  }),
  v.check(({ magnet, servo }) => (magnet === undefined) !== (servo === undefined), LEVER),
  // A cycle that nobody can end at the toaster is ended by pulling the plug.
  v.check(({ cancel }) => cancel !== undefined, 'must have a cancel key'),
)
export type ToasterParts = v.InferOutput<typeof toasterParts>

export const toasterBehaviour = v.pipe(
  /** Pushing the lever down starts it, as most toasters do; otherwise the start key does. */
  strict({ 'lever-starts': v.optional(yesNo, false) }),
  v.transform(({ 'lever-starts': leverStarts }) => ({ leverStarts })),
)
export type ToasterBehaviour = v.InferOutput<typeof toasterBehaviour>
