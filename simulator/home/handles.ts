// What a test has in its hand: each device's properties as everybody sees them over MQTT, and its hardware as somebody standing there does.
import type { DeviceId, Kind } from '#contract/ids.ts'
import { propertyAt } from '#contract/kinds.ts'
import { formatPayload, type PropertyPath, type Value } from '#contract/property.ts'
import { propertyTopic, setTopic, stateTopic } from '#contract/topics.ts'
import type { Status } from '../../device/status.ts'
import { runAs } from '../time/participant.ts'
import type { DeviceSlot } from './device-slot.ts'
import type { Delivery, Phone } from './phone.ts'

/** What came of a command: done, or the device's own words why not; `not_allowed`, `unreachable` and `unanswered` where it never got there. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly code: string; readonly message: string }

const NOT_DELIVERED: Readonly<Record<Exclude<Delivery, 'taken'>, Outcome>> = {
  refused: { ok: false, code: 'not_allowed', message: 'the broker does not take this from them' },
  unreachable: { ok: false, code: 'unreachable', message: 'the phone does not reach the hub' },
  unanswered: { ok: false, code: 'unanswered', message: 'the broker has not acknowledged it' },
}

export interface Shown<T> {
  /** What is retained for it at the broker; undefined where nothing is. */
  readonly value: T | undefined
}

export interface Settable<T> extends Shown<T> {
  /** Publishes from the phone to `…/set`, and resolves when everything that follows from it has happened. */
  set(value: T): Promise<Outcome>
}

export interface DeviceHandle {
  readonly kind: Kind
  readonly id: DeviceId
  readonly status: Status
  /** Homie's `$state`. */
  readonly presence: Shown<string>
  /** Any property by its path, such as `climate/target`. */
  property(path: PropertyPath): Settable<Value>
  readonly power: { readonly on: boolean; cut(): Promise<void>; restore(): Promise<void> }
}

/** @internal */
export interface HandleParts {
  readonly slot: DeviceSlot
  readonly phone: Phone
  /** What is retained at the broker, by topic. */
  readonly retained: ReadonlyMap<string, string>
  readonly settle: () => Promise<void>
  /** The last refusal of this device since the previous call. */
  readonly takeRefusal: (device: DeviceId) => { readonly code: string; readonly message: string } | undefined
}

/** @internal */
export function createHandle({ slot, phone, retained, settle, takeRefusal }: HandleParts): DeviceHandle {
  const { kind } = slot
  const command = async (path: PropertyPath, payload: string): Promise<Outcome> => {
    takeRefusal(slot.id)
    const property = propertyAt(kind, path)
    const delivery = await phone.publish(setTopic(slot.id, path), payload, { qos: property?.momentary ? 0 : 1 })
    await settle()
    if (delivery !== 'taken') return NOT_DELIVERED[delivery]
    const refusal = takeRefusal(slot.id)
    return refusal === undefined ? { ok: true } : { ok: false, ...refusal }
  }
  return {
    kind,
    get id() {
      return slot.id
    },
    get status() {
      return slot.status
    },
    presence: {
      get value() {
        return retained.get(stateTopic(slot.id))
      },
    },
    property(path) {
      const property = propertyAt(kind, path)
      if (property === undefined) throw new RangeError(`Cannot use ${path} as it must be a property of the ${kind}`)
      return {
        get value() {
          const payload = retained.get(propertyTopic(slot.id, path))
          return payload === undefined ? undefined : decodeShown(property.datatype, payload)
        },
        set: (value) => command(path, formatPayload(property, value)),
      }
    },
    power: {
      get on() {
        return slot.isPowered
      },
      async cut() {
        await slot.cutPower()
        await settle()
      },
      async restore() {
        await slot.restorePower()
        await settle()
      },
    },
  }
}

function decodeShown(datatype: string, payload: string): Value {
  switch (datatype) {
    case 'integer':
    case 'float':
      return Number(payload)
    case 'boolean':
      return payload === 'true'
    case 'json':
      return JSON.parse(payload) as Value
    default:
      return payload
  }
}

/** Each function of `hardware` runs as this device: what it starts belongs to the device's time. @internal */
export function asDevice<Hardware extends object>(slot: DeviceSlot, hardware: Hardware): Hardware {
  return new Proxy(hardware, {
    get(target, key) {
      const found = Reflect.get(target, key, target) as unknown
      if (typeof found !== 'function') return found
      return (...values: unknown[]) => runAs(slot.as, () => Reflect.apply(found, target, values) as unknown)
    },
  })
}
