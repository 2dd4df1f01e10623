// The one grammar of our topics: Homie 5 below `homie/5/`, and the few that are not a device's.
import { type DeviceId, isDeviceId } from './ids.ts'
import type { PropertyPath } from './property.ts'

export const HOMIE_ROOT = 'homie/5'
/** Publish a new access token here to replace the connection's (after RFC 9431 `authz-info`). */
export const AUTHZ_TOPIC = '$latchkey/authz'
export const BROADCAST_FILTER = `${HOMIE_ROOT}/$broadcast/#`

/** Homie 5 `$state`. `lost` is the last will. */
export const DEVICE_STATES = ['init', 'ready', 'disconnected', 'sleeping', 'lost'] as const
export type DeviceState = (typeof DEVICE_STATES)[number]

export type Topic =
  /** `homie/5/<device>/<node>/<property>` */
  | { readonly type: 'property'; readonly device: DeviceId; readonly path: PropertyPath }
  /** `homie/5/<device>/<node>/<property>/set` */
  | { readonly type: 'set'; readonly device: DeviceId; readonly path: PropertyPath }
  /** `homie/5/<device>/$state` and every other `$…` below a device */
  | { readonly type: 'attribute'; readonly device: DeviceId; readonly attribute: string }
  | { readonly type: 'broadcast' }
  | { readonly type: 'authz' }
  | { readonly type: 'other' }

/** Homie ids: "a-z", "0-9" and "-". */
const LEVEL = /^[a-z0-9-]+$/
const OTHER: Topic = { type: 'other' }

/** Reads a topic name (not a filter). Total: what is not ours is `other`. */
export function parseTopic(name: string): Topic {
  if (name === AUTHZ_TOPIC) return { type: 'authz' }
  const [domain, version, device, ...rest] = name.split('/')
  if (`${domain}/${version}` !== HOMIE_ROOT) return OTHER
  if (device === '$broadcast') return rest.length > 0 ? { type: 'broadcast' } : OTHER
  if (!isDeviceId(device)) return OTHER
  const [first, second, third, ...more] = rest
  if (first === undefined || more.length > 0) return OTHER
  if (/^\$[a-z0-9]/.test(first)) return { type: 'attribute', device, attribute: rest.join('/') }
  if (second === undefined || !LEVEL.test(first) || !LEVEL.test(second)) return OTHER
  const path: PropertyPath = `${first}/${second}`
  if (third === undefined) return { type: 'property', device, path }
  return third === 'set' ? { type: 'set', device, path } : OTHER
}

export const deviceRoot = (device: DeviceId): string => `${HOMIE_ROOT}/${device}`
export const stateTopic = (device: DeviceId): string => `${HOMIE_ROOT}/${device}/$state`
/** Homie 5 `$alert/<id>`: retained while there is one. */
export const alertTopic = (device: DeviceId, id: string): string => `${HOMIE_ROOT}/${device}/$alert/${id}`
/** What only owners hear of a device: that a code was given under duress. Not retained. */
export const SILENT = '$silent'
export const silentTopic = (device: DeviceId): string => `${HOMIE_ROOT}/${device}/${SILENT}`
/** Homie 5 `$log/<level>`: not retained. */
export const logTopic = (device: DeviceId, level: 'warn' | 'error'): string => `${HOMIE_ROOT}/${device}/$log/${level}`
export const descriptionTopic = (device: DeviceId): string => `${HOMIE_ROOT}/${device}/$description`
export const propertyTopic = (device: DeviceId, path: PropertyPath): string => `${HOMIE_ROOT}/${device}/${path}`
export const setTopic = (device: DeviceId, path: PropertyPath): string => `${HOMIE_ROOT}/${device}/${path}/set`
/** What a device subscribes to: its own commands. */
export const commandFilter = (device: DeviceId): string => `${HOMIE_ROOT}/${device}/+/+/set`
