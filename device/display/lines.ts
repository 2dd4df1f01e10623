// What a person reads on a small screen, two lines of sixteen or eight of twenty-one. Pure: facts in, lines out.
import type { Kind } from '#contract/ids.ts'
import type { PropertyPath, Value } from '#contract/property.ts'
import type { Status } from '../status.ts'
import type { Size } from './display.ts'

export type Properties = Readonly<Partial<Record<PropertyPath, Value>>>

export interface Facts {
  readonly kind: Kind
  readonly name: string
  readonly status: Status
  readonly properties: Properties
}

/** The code while there is one to show, and what the device does otherwise. */
export function linesOf(facts: Facts, size: Size): readonly string[] {
  const { status, name } = facts
  const isSmall = size.rows < 4
  if (status.phase === 'pairing') {
    const { userCode, verificationUri } = status.authorization
    const place = verificationUri.replace(/^https?:\/\//, '')
    if (isSmall) return [userCode, place]
    return [name, '', 'Open', ...wrap(place, size.columns), 'and type', '', `  ${userCode}`]
  }
  const does = doesLines(facts)
  const link = LINK[status.phase]
  if (!isSmall) return [name, '', ...does, '', link]
  const [first = '', second = ''] = does
  return [first, withRight(second, link, size.columns)]
}

/** Nothing where all is well. */
const LINK: Readonly<Record<Exclude<Status['phase'], 'pairing'>, string>> = {
  starting: '',
  online: '',
  offline: 'offline',
  unpaired: 'not paired',
}

function doesLines({ kind, properties }: Facts): readonly string[] {
  switch (kind) {
    case 'thermostat':
      return thermostatLines(properties)
    case 'toaster':
      return toasterLines(properties)
    case 'security':
      return securityLines(properties)
  }
}

/** `21.4° > 22.0°`, or `21.4° 19.0-25.0°`, which is just what fits; and whether it heats or what is wrong. */
function thermostatLines(properties: Properties): readonly string[] {
  const health = properties['health/status']
  const isWell = health === undefined || health === 'ok'
  return [
    `${degrees(properties['climate/current'])}${targetsOf(properties)}`,
    isWell ? String(properties['climate/action'] ?? '') : String(health),
  ]
}

function targetsOf(properties: Properties): string {
  switch (properties['climate/mode']) {
    case 'off':
      return ''
    case 'heat_cool':
      return ` ${degrees(properties['climate/target-low']).slice(0, -1)}-${degrees(properties['climate/target-high'])}`
    default:
      return ` > ${degrees(properties['climate/target'])}`
  }
}

const degrees = (value: Value | undefined): string => (typeof value === 'number' ? `${value.toFixed(1)}°` : '--')

function toasterLines(properties: Properties): readonly string[] {
  const left = Number(properties['cycle/remaining'] ?? 0)
  const time = left > 0 ? ` ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}` : ''
  return [
    `${words(properties['cycle/state'])}${time}`,
    `${words(properties['cycle/program'])} ${properties['cycle/browning'] ?? ''}`.trim(),
  ]
}

/** EN 50131-1 grade 2: which zones are open is for those who have a code, so here they are only counted, and only while disarmed. */
function securityLines(properties: Properties): readonly string[] {
  const state = properties['panel/state']
  const open = properties['panel/open']
  const count = Array.isArray(open) ? open.length : 0
  const isTampered = properties['panel/tamper'] === true
  if (state === 'triggered') return ['ALARM', '']
  if (state !== 'disarmed') return [words(state), '']
  return [words(state), isTampered ? 'tamper' : count > 0 ? `${count} open` : 'ready']
}

const words = (value: Value | undefined): string => (typeof value === 'string' ? value.replaceAll('_', ' ') : '')

const wrap = (text: string, columns: number): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / columns) }, (_, index) =>
    text.slice(index * columns, (index + 1) * columns),
  )

/** `left` and, where there is room, `right` at the edge; what is wrong with the link matters less than what is wrong with the room. */
function withRight(left: string, right: string, columns: number): string {
  return right !== '' && left.length + right.length < columns ? left + right.padStart(columns - left.length) : left
}
