// Home Assistant's MQTT discovery documents, single-component style, made from the same tables as everything else. Pure.
import { type DeviceId, kindOf } from '#contract/ids.ts'
import { KIND_NAMES, MODES, PRESETS, propertyAt, type Sensor, type Zone } from '#contract/kinds.ts'
import type { JsonObject, Property, PropertyPath } from '#contract/property.ts'
import { propertyTopic, setTopic, stateTopic } from '#contract/topics.ts'

export interface DiscoveryDocument {
  readonly topic: string
  readonly payload: JsonObject
}

export interface Described {
  readonly device: DeviceId
  readonly name: string
  readonly zones: readonly Zone[]
  readonly publicUrl: URL
  readonly version: string
}

export const DISCOVERY_PREFIX = 'homeassistant'

/** One entity: `component` is Home Assistant's platform, `key` its last level below the device. */
interface Entity {
  readonly component: string
  readonly key: string
  readonly config: JsonObject
}

/** Every document for a device; the same input gives the same bytes. */
export function discoveryDocuments(described: Described): readonly DiscoveryDocument[] {
  const { device } = described
  return entitiesOf(described).map(({ component, key, config }) => ({
    topic: `${DISCOVERY_PREFIX}/${component}/${device}/${key}/config`,
    payload: {
      ...config,
      unique_id: `latchkey_${device}_${key}`,
      default_entity_id: `${component}.${device.replaceAll('-', '_')}_${key.replaceAll('-', '_')}`,
      availability: [
        {
          topic: stateTopic(device),
          value_template: "{{ 'online' if value in ['ready', 'sleeping'] else 'offline' }}",
        },
      ],
      qos: 1,
      ...identity(described),
    },
  }))
}

function identity({ device, name, publicUrl, version }: Described): JsonObject {
  return {
    device: {
      identifiers: [`latchkey_${device}`],
      name,
      manufacturer: 'Latchkey',
      model: KIND_NAMES[kindOf(device)],
      via_device: 'latchkey_hub',
      configuration_url: publicUrl.href,
    },
    origin: { name: 'Latchkey', sw_version: version },
  }
}

function entitiesOf({ device, zones }: Described): readonly Entity[] {
  const of = (path: PropertyPath) => topicsOf(device, path)
  switch (kindOf(device)) {
    case 'thermostat':
      return thermostat(of)
    case 'toaster':
      return toaster(of)
    case 'security':
      return [...security(of), ...zones.flatMap((zone) => zoneEntities(zone, of))]
  }
}

interface Topics {
  readonly state: string
  readonly command: string
  readonly property: Property
}
type TopicsOf = (path: PropertyPath) => Topics

/** Names only what the contract has: a path that is not in its tables is a mistake in this file. */
function topicsOf(device: DeviceId, path: PropertyPath): Topics {
  const property = propertyAt(kindOf(device), path)
  if (property === undefined) throw new TypeError(`Cannot describe ${path} as ${kindOf(device)} has no such property`)
  return { state: propertyTopic(device, path), command: setTopic(device, path), property }
}

function thermostat(of: TopicsOf): readonly Entity[] {
  const { min = 5, max = 35 } = of('climate/target').property as { min?: number; max?: number }
  const climate: JsonObject = {
    name: null,
    modes: [...MODES],
    mode_state_topic: of('climate/mode').state,
    mode_command_topic: of('climate/mode').command,
    temperature_state_topic: of('climate/target').state,
    temperature_command_topic: of('climate/target').command,
    temperature_low_state_topic: of('climate/target-low').state,
    temperature_low_command_topic: of('climate/target-low').command,
    temperature_high_state_topic: of('climate/target-high').state,
    temperature_high_command_topic: of('climate/target-high').command,
    current_temperature_topic: of('climate/current').state,
    current_humidity_topic: of('climate/humidity').state,
    action_topic: of('climate/action').state,
    // "none" resets and must not be listed. Home Assistant writes it in either case.
    preset_modes: PRESETS.filter((preset) => preset !== 'none'),
    preset_mode_state_topic: of('climate/preset').state,
    preset_mode_command_topic: of('climate/preset').command,
    preset_mode_command_template: '{{ value | lower }}',
    min_temp: min,
    max_temp: max,
    temp_step: 0.5,
    precision: 0.1,
    temperature_unit: 'C',
    optimistic: false,
    retain: false,
  }
  return [
    { component: 'climate', key: 'climate', config: climate },
    enumSensor('status', of('health/status'), { entity_category: 'diagnostic' }),
    binarySensor('window', of('climate/window'), 'window'),
  ]
}

function toaster(of: TopicsOf): readonly Entity[] {
  const { min = 1, max = 7, step = 1 } = of('cycle/browning').property as { min?: number; max?: number; step?: number }
  const browning: JsonObject = {
    name: 'Browning',
    state_topic: of('cycle/browning').state,
    command_topic: of('cycle/browning').command,
    ...{ min, max, step, mode: 'slider', retain: false },
  }
  const press = (key: string, path: PropertyPath): Entity => ({
    component: 'button',
    key,
    config: { name: of(path).property.name, command_topic: of(path).command, payload_press: 'true', retain: false },
  })
  return [
    enumSensor('state', of('cycle/state'), {}),
    { component: 'select', key: 'program', config: selectConfig(of('cycle/program')) },
    { component: 'number', key: 'browning', config: browning },
    press('start', 'cycle/start'),
    press('cancel', 'cycle/cancel'),
    press('lift', 'cycle/lift'),
    press('more', 'cycle/more'),
    sensor('progress', of('cycle/progress'), { unit_of_measurement: '%' }),
    sensor('remaining', of('cycle/remaining'), { unit_of_measurement: 's', device_class: 'duration' }),
    binarySensor('remote-start', of('cycle/remote-start'), undefined),
    event('event', of('cycle/event'), ['started', 'done', 'cancelled', 'fault']),
  ]
}

/** What `panel/event` may say in its `event_type`. */
const PANEL_EVENTS = [
  'armed',
  'disarmed',
  'entry',
  'triggered',
  'failed_to_arm',
  'wrong_code',
  'locked_out',
  'tamper',
  'restored',
]

function security(of: TopicsOf): readonly Entity[] {
  const panel: JsonObject = {
    name: null,
    state_topic: of('panel/state').state,
    command_topic: of('panel/command').command,
    supported_features: ['arm_home', 'arm_away', 'arm_night', 'arm_vacation', 'trigger'],
    // The panel checks the code itself; Home Assistant only passes it on.
    code: 'REMOTE_CODE',
    code_arm_required: false,
    code_disarm_required: true,
    code_trigger_required: false,
    command_template: '{"action":"{{ action }}","code":"{{ code }}"}',
    retain: false,
  }
  return [
    { component: 'alarm_control_panel', key: 'panel', config: panel },
    binarySensor('siren', of('panel/siren'), 'sound'),
    binarySensor('tamper', of('panel/tamper'), 'tamper'),
    event('event', of('panel/event'), PANEL_EVENTS),
  ]
}

const DEVICE_CLASS: Readonly<Record<Sensor, string>> = {
  door: 'door',
  window: 'window',
  motion: 'motion',
  tamper: 'tamper',
}

function zoneEntities(zone: Zone, of: TopicsOf): readonly Entity[] {
  const open = binarySensor(zone.id, of(`${zone.id}/open`), DEVICE_CLASS[zone.sensor])
  const { state, command } = of(`${zone.id}/bypass`)
  const bypass: JsonObject = {
    name: `${zone.name} bypassed`,
    state_topic: state,
    command_topic: command,
    ...{ payload_on: 'true', payload_off: 'false', state_on: 'true', state_off: 'false' },
    ...{ optimistic: false, retain: false, entity_category: 'config' },
  }
  return [
    { ...open, config: { ...open.config, name: zone.name } },
    { component: 'switch', key: `${zone.id}-bypass`, config: bypass },
  ]
}

const sensor = (key: string, { state, property }: Topics, more: JsonObject): Entity => ({
  component: 'sensor',
  key,
  config: { name: property.name, state_topic: state, ...more },
})

const enumSensor = (key: string, topics: Topics, more: JsonObject): Entity =>
  sensor(key, topics, { device_class: 'enum', options: valuesOf(topics.property), ...more })

const binarySensor = (key: string, { state, property }: Topics, deviceClass: string | undefined): Entity => ({
  component: 'binary_sensor',
  key,
  config: {
    name: property.name,
    state_topic: state,
    payload_on: 'true',
    payload_off: 'false',
    ...(deviceClass !== undefined && { device_class: deviceClass }),
  },
})

const selectConfig = ({ state, command, property }: Topics): JsonObject => ({
  name: property.name,
  options: valuesOf(property),
  state_topic: state,
  command_topic: command,
  retain: false,
})

const event = (key: string, { state, property }: Topics, types: readonly string[]): Entity => ({
  component: 'event',
  key,
  config: { name: property.name, state_topic: state, event_types: types },
})

const valuesOf = (property: Property): readonly string[] => (property.datatype === 'enum' ? property.values : [])
