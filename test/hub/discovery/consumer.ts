// Acts as Home Assistant would: knows the discovery documents and nothing else. It checks each document by the platform's own list of
// keys, subscribes the topics it names, renders the few templates we use, and drives an entity only through what its document says.
import type { Watcher } from '../../watcher.ts'

export interface Document {
  readonly topic: string
  readonly payload: Readonly<Record<string, unknown>>
}

const COMMON = [
  'name',
  'unique_id',
  'default_entity_id',
  'availability',
  'qos',
  'device',
  'origin',
  'entity_category',
  'retain',
  'optimistic',
]

interface Platform {
  readonly required: readonly string[]
  readonly allowed: readonly string[]
}

/** Home Assistant's MQTT platforms, as far as their keys go: what must be there, and what else may. */
const PLATFORMS: Readonly<Record<string, Platform>> = {
  climate: {
    required: [],
    allowed: [
      ...['modes', 'mode_state_topic', 'mode_command_topic', 'temperature_state_topic', 'temperature_command_topic'],
      ...[
        'temperature_low_state_topic',
        'temperature_low_command_topic',
        'temperature_high_state_topic',
        'temperature_high_command_topic',
      ],
      ...[
        'current_temperature_topic',
        'current_humidity_topic',
        'action_topic',
        'preset_modes',
        'preset_mode_state_topic',
      ],
      ...[
        'preset_mode_command_topic',
        'preset_mode_command_template',
        'min_temp',
        'max_temp',
        'temp_step',
        'precision',
        'temperature_unit',
      ],
    ],
  },
  sensor: { required: ['state_topic'], allowed: ['device_class', 'options', 'unit_of_measurement', 'state_class'] },
  binary_sensor: { required: ['state_topic'], allowed: ['device_class', 'payload_on', 'payload_off'] },
  switch: {
    required: ['command_topic'],
    allowed: ['state_topic', 'payload_on', 'payload_off', 'state_on', 'state_off'],
  },
  select: { required: ['command_topic', 'options'], allowed: ['state_topic'] },
  number: {
    required: ['command_topic'],
    allowed: ['state_topic', 'min', 'max', 'step', 'mode', 'unit_of_measurement'],
  },
  button: { required: ['command_topic'], allowed: ['payload_press'] },
  event: { required: ['state_topic', 'event_types'], allowed: ['device_class'] },
  alarm_control_panel: {
    required: ['command_topic', 'state_topic'],
    allowed: [
      'supported_features',
      'code',
      'code_arm_required',
      'code_disarm_required',
      'code_trigger_required',
      'command_template',
    ],
  },
}

/** What is wrong with a document, in the eyes of a strict Home Assistant. */
export function faultsOf({ topic, payload }: Document): readonly string[] {
  const [prefix, component = '', node, key, end] = topic.split('/')
  const platform = PLATFORMS[component]
  if (prefix !== 'homeassistant' || end !== 'config' || platform === undefined)
    return [`${topic} is no discovery topic`]
  const ids = [node, key].filter((id) => !/^[\w-]+$/.test(id ?? '')).map((id) => `${id} is no id`)
  const missing = [...platform.required, 'unique_id', 'device', 'origin'].filter((name) => !(name in payload))
  const known = new Set([...COMMON, ...platform.required, ...platform.allowed])
  const unknown = Object.keys(payload).filter((name) => !known.has(name))
  const wildcards = Object.entries(payload).filter(
    ([name, value]) => name.endsWith('_topic') && /[+#]/.test(String(value)),
  )
  return [
    ...ids,
    ...missing.map((name) => `${topic} lacks ${name}`),
    ...unknown.map((name) => `${topic} has ${name}, which ${component} does not know`),
    ...wildcards.map(([name]) => `${topic} has a wildcard in ${name}`),
  ]
}

/** The Jinja that our documents use: `{{ name }}`, `{{ value | lower }}`, and one `if … in […] else`. */
export function render(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{\s*(.+?)\s*\}\}/g, (_all, expression: string) => {
    const [, yes = '', name = '', list = '', no = ''] =
      /^'(.*)' if (\w+) in \[(.*)\] else '(.*)'$/.exec(expression) ?? []
    if (name !== '') return list.includes(`'${values[name]}'`) ? yes : no
    const [variable = '', filter] = expression.split(/\s*\|\s*/)
    const value = values[variable]
    if (value === undefined) throw new Error(`template names ${variable}, which there is not`)
    return filter === 'lower' ? value.toLowerCase() : value
  })
}

export interface Entity {
  /** The value Home Assistant shows, from the topic that the document names. */
  state(key?: string): string | undefined
  available(): boolean
  /** Publishes to the topic that `key` names; `values` go through the command template where there is one. */
  command(key: string, value: string, values?: Readonly<Record<string, string>>): Promise<void>
  readonly payload: Document['payload']
}

/** One entity of one document, driven over a connection. */
export function entityOf({ payload }: Document, connection: Watcher): Entity {
  const topicAt = (key: string): string => {
    const topic = payload[key]
    if (typeof topic !== 'string') throw new Error(`the document names no ${key}`)
    return topic
  }
  return {
    payload,
    state: (key = 'state_topic') => connection.state.get(topicAt(key)),
    available() {
      const [first] = payload.availability as readonly { topic: string; value_template: string }[]
      if (first === undefined) return true
      return render(first.value_template, { value: connection.state.get(first.topic) ?? '' }) === 'online'
    },
    async command(key, value, values = {}) {
      const template = payload[key.replace(/_topic$/, '_template')]
      const text = typeof template === 'string' ? render(template, { value, ...values }) : value
      await connection.send(topicAt(key), text, { qos: payload.qos as 0 | 1, retain: false })
    },
  }
}
