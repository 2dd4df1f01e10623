// One name: a device's OAuth client_id, its MQTT client id and its Homie device id are the same string.

export const KINDS = ['thermostat', 'toaster', 'security'] as const
export type Kind = (typeof KINDS)[number]

export const isKind = (input: unknown): input is Kind => KINDS.includes(input as Kind)

/** `thermostat-k3f9ab`: the kind, and six letters and digits given by the hub at registration. */
export type DeviceId = string & { readonly __id: 'DeviceId' }

/** One MQTT topic level (3.1.1 §4.7.1) and one Homie id: lower case, digits and hyphens. */
const DEVICE_ID = /^(thermostat|toaster|security)-[a-z0-9]{6}$/

export const isDeviceId = (input: unknown): input is DeviceId => typeof input === 'string' && DEVICE_ID.test(input)

export function parseDeviceId(input: unknown, at: string): DeviceId {
  if (isDeviceId(input)) return input
  throw new TypeError(`Cannot read ${at} as it must be a device id such as "thermostat-k3f9ab": got something else`)
}

export const kindOf = (device: DeviceId): Kind => device.slice(0, device.indexOf('-')) as Kind

/** No vowels and nothing that looks like something else: an id is read aloud now and then. */
const SUFFIX_LETTERS = 'bcdfghjkmnpqrstvwxz23456789'

/** Makes a new id; `random` is uniform in [0, 1). */
export function createDeviceId(kind: Kind, random: () => number): DeviceId {
  const letter = () => SUFFIX_LETTERS.charAt(Math.floor(random() * SUFFIX_LETTERS.length))
  return `${kind}-${Array.from({ length: 6 }, letter).join('')}` as DeviceId
}

/** What a device may be called by people: one line, on pages and small displays. Some letters, Hangul fillers for one, are seen by nobody. */
const DEVICE_NAME = /^(?=.*\S)(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{N} .,'’()&/-]{1,48}$/u

/** The same for a message: "it must be …". */
export const DEVICE_NAME_FORM = "1 to 48 letters, digits, spaces and .,'’()&/-"

export const isDeviceName = (name: string): boolean => DEVICE_NAME.test(name)
