// The three kinds, property by property. Everything that names a property reads this table: the device's description,
// permission, the phone page, Home Assistant's documents.
import type { Kind } from './ids.ts'
import type { Property, PropertyPath } from './property.ts'

/** What a zone of the panel watches; it decides its icon and Home Assistant's device class. */
export const SENSORS = ['door', 'window', 'motion', 'tamper'] as const
export type Sensor = (typeof SENSORS)[number]

/** A zone is a Homie node of its own; `id` is its node id (`front-door`). */
export interface Zone {
  readonly id: string
  readonly name: string
  readonly sensor: Sensor
}

export interface Node {
  readonly name: string
  readonly properties: Readonly<Record<string, Property>>
}

/** What a room may be set to, °C. */
export const TARGETS = { min: 5, max: 35 } as const
/** Shades of toast. */
export const SHADES = { min: 1, max: 7 } as const

const temperature = { datatype: 'float', ...TARGETS, step: 0.1, unit: '°C' } as const

export const MODES = ['off', 'heat', 'cool', 'heat_cool'] as const
export const PRESETS = ['none', 'away', 'eco', 'comfort', 'sleep', 'boost'] as const
export const HEALTH = ['ok', 'sensor-stale', 'sensor-fault', 'frost', 'heat-failure', 'relay-stuck'] as const

/** Home Assistant's alarm states, without `disarming` and `armed_custom_bypass`. */
export const PANEL_STATES = [
  'disarmed',
  'arming',
  'armed_home',
  'armed_away',
  'armed_night',
  'armed_vacation',
  'pending',
  'triggered',
] as const
export const CYCLE_STATES = ['idle', 'heating', 'paused', 'keep_warm', 'done', 'fault'] as const
export const PROGRAMS = ['bread', 'bagel', 'defrost', 'reheat'] as const

/** Every kind answers commands that carry an id, or fail, here. */
const ack: Node = { name: 'Answers', properties: { last: { name: 'Last answer', datatype: 'json', momentary: true } } }

const THERMOSTAT: Readonly<Record<string, Node>> = {
  climate: {
    name: 'Climate',
    properties: {
      mode: { name: 'Mode', datatype: 'enum', values: MODES, settable: true },
      target: { name: 'Target', ...temperature, settable: true },
      'target-low': { name: 'Heat to', ...temperature, settable: true },
      'target-high': { name: 'Cool to', ...temperature, settable: true },
      current: { name: 'Temperature', datatype: 'float', unit: '°C' },
      humidity: { name: 'Humidity', datatype: 'float', min: 0, max: 100, unit: '%' },
      action: { name: 'Action', datatype: 'enum', values: ['off', 'idle', 'heating', 'cooling'] },
      preset: { name: 'Preset', datatype: 'enum', values: PRESETS, settable: true },
      hold: { name: 'Hold', datatype: 'json', settable: true },
      window: { name: 'Window open', datatype: 'boolean' },
    },
  },
  health: { name: 'Health', properties: { status: { name: 'Status', datatype: 'enum', values: HEALTH } } },
  ack,
}

const SECURITY: Readonly<Record<string, Node>> = {
  panel: {
    name: 'Panel',
    properties: {
      state: { name: 'State', datatype: 'enum', values: PANEL_STATES },
      command: { name: 'Command', datatype: 'json', settable: true, momentary: true },
      transition: { name: 'Transition', datatype: 'json' },
      ready: { name: 'Ready to arm', datatype: 'json' },
      open: { name: 'Open zones', datatype: 'json' },
      bypassed: { name: 'Bypassed zones', datatype: 'json' },
      siren: { name: 'Siren', datatype: 'boolean' },
      tamper: { name: 'Tamper', datatype: 'boolean' },
      event: { name: 'Event', datatype: 'json', momentary: true },
    },
  },
  ack,
}

const zoneNode = (zone: Zone): Node => ({
  name: zone.name,
  properties: {
    open: { name: `${zone.name} open`, datatype: 'boolean' },
    bypass: { name: `${zone.name} bypassed`, datatype: 'boolean', settable: true },
  },
})

const TOASTER: Readonly<Record<string, Node>> = {
  cycle: {
    name: 'Cycle',
    properties: {
      state: { name: 'State', datatype: 'enum', values: CYCLE_STATES },
      program: { name: 'Program', datatype: 'enum', values: PROGRAMS, settable: true },
      browning: { name: 'Browning', datatype: 'integer', ...SHADES, step: 1, settable: true },
      start: { name: 'Start', datatype: 'boolean', settable: true, momentary: true },
      cancel: { name: 'Cancel', datatype: 'boolean', settable: true, momentary: true },
      lift: { name: 'Lift and look', datatype: 'boolean', settable: true, momentary: true },
      more: { name: 'A bit more', datatype: 'boolean', settable: true, momentary: true },
      progress: { name: 'Progress', datatype: 'integer', min: 0, max: 100, unit: '%' },
      remaining: { name: 'Remaining', datatype: 'integer', min: 0, unit: 's' },
      carriage: { name: 'Carriage', datatype: 'enum', values: ['up', 'down'] },
      'remote-start': { name: 'Remote start allowed', datatype: 'boolean' },
      event: { name: 'Event', datatype: 'json', momentary: true },
    },
  },
  ack,
}

/** Node ids that a zone may not take. */
const RESERVED_NODES = Object.keys(SECURITY)
const NODE_ID = /^[a-z0-9](-?[a-z0-9]){0,30}$/
export const isZoneId = (id: string): boolean => NODE_ID.test(id) && !RESERVED_NODES.includes(id)

/** The nodes of one device; only the security panel has `zones`. */
export function nodesOf(kind: Kind, zones: readonly Zone[] = []): Readonly<Record<string, Node>> {
  switch (kind) {
    case 'thermostat':
      return THERMOSTAT
    case 'toaster':
      return TOASTER
    case 'security':
      return { ...SECURITY, ...Object.fromEntries(zones.map((zone) => [zone.id, zoneNode(zone)])) }
  }
}

/** Looks a property up. A zone's is found for any zone id: which zones exist is the panel's to know. */
export function propertyAt(kind: Kind, path: PropertyPath): Property | undefined {
  const [node = '', property = ''] = path.split('/')
  const nodes = nodesOf(kind)
  if (Object.hasOwn(nodes, node)) return ownProperty(nodes[node], property)
  if (kind !== 'security' || !isZoneId(node)) return undefined
  return ownProperty(zoneNode({ id: node, name: node, sensor: 'door' }), property)
}

const ownProperty = (node: Node | undefined, property: string): Property | undefined =>
  node !== undefined && Object.hasOwn(node.properties, property) ? node.properties[property] : undefined

/** What the hub shows for a kind before the device has said a word. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  thermostat: 'Thermostat',
  toaster: 'Toaster',
  security: 'Security panel',
}
