// What a security panel's file says.
import * as v from 'valibot'
import { isZoneId, SENSORS } from '#contract/kinds.ts'
import { minutes, seconds } from '#contract/time.ts'
import { DEFAULT_CONFIG, type PanelConfig, type PanelZone } from '../security/config.ts'
import {
  address,
  between,
  button,
  contact,
  type InputWiring,
  inputOf,
  led,
  levelWhen,
  listening,
  oneOf,
  output,
  pin,
  range,
  strict,
  text,
  yesNo,
} from './rules.ts'
import { display } from './sensor.ts'

export interface WiredZone {
  readonly zone: PanelZone
  readonly input: InputWiring
}

const ID = 'must be an id of lower-case letters, digits and hyphens, such as front-door'

const zone = v.pipe(
  strict({
    id: v.pipe(v.string(ID), v.check(isZoneId, ID)),
    name: text('a name'),
    sensor: oneOf(SENSORS, ''),
    ...listening('up'),
    // Of a detector with a relay, and of a magnetic contact: whatever is wrong with the wire is an open zone.
    open: levelWhen('open', 'high'),
    entry: v.optional(yesNo, false),
    interior: v.optional(yesNo, false),
    always: v.optional(yesNo, false),
  }),
  v.transform(
    ({ id, name, sensor, open, entry, interior, always, ...rest }): WiredZone => ({
      zone: {
        ...{ id, name, sensor },
        ...(entry && { entry }),
        ...(interior && { interior }),
        ...(always && { always }),
      },
      input: inputOf(rest, open),
    }),
  ),
)

const ZONES = 'must be a list of at least one zone'
const zones = v.pipe(
  v.array(zone, ZONES),
  v.minLength(1, ZONES),
  v.check((zones) => new Set(zones.map(({ zone }) => zone.id)).size === zones.length, 'must have another id each'),
)

const FOUR = 'must be four pins'
const four = v.pipe(v.array(pin, FOUR), v.length(4, FOUR))
const keypad = v.variant(
  'type',
  [
    strict({ type: v.literal('matrix'), rows: four, columns: four }),
    strict({
      type: v.literal('pcf8574'),
      address: v.optional(address([...range(0x20, 0x27), ...range(0x38, 0x3f)]), 0x20),
    }),
    strict({ type: v.literal('mcp23017'), address: v.optional(address(range(0x20, 0x27)), 0x20) }),
  ],
  'must have a type, one of matrix, pcf8574, mcp23017',
)
export type KeypadWiring = v.InferOutput<typeof keypad>

export const securityParts = strict({
  zones,
  siren: output,
  buzzer: v.optional(output),
  tamper: v.optional(contact),
  keypad: v.optional(keypad),
  'armed-led': v.optional(led),
  'trouble-led': v.optional(led),
  'setup-key': v.optional(button),
  display: v.optional(display),
})
export type SecurityParts = v.InferOutput<typeof securityParts>

/** How the panel of a file is set up. */
export const panelConfigOf = ({
  parts,
  behaviour,
}: {
  readonly parts: SecurityParts
  readonly behaviour: Omit<PanelConfig, 'zones'>
}): PanelConfig => ({ ...behaviour, zones: parts.zones.map(({ zone }) => zone) })

const { exitDelay, entryDelay, sirenTime } = DEFAULT_CONFIG

/** SIA CP-01 and EN 50131-1: config.ts says which is whose. A test bench may have shorter delays, no house longer ones. */
export const securityBehaviour = v.pipe(
  strict({
    'exit-delay-seconds': v.optional(between(10, 255, 'seconds'), exitDelay / 1000),
    'entry-delay-seconds': v.optional(between(10, 240, 'seconds'), entryDelay / 1000),
    'siren-minutes': v.optional(between(2, 15, 'minutes'), sirenTime / 60_000),
  }),
  v.transform((read) => ({
    exitDelay: seconds(read['exit-delay-seconds']),
    entryDelay: seconds(read['entry-delay-seconds']),
    sirenTime: minutes(read['siren-minutes']),
  })),
)
