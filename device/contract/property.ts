// What a property is and how its value travels: Homie 5 datatypes as bare scalars, one a topic.

/** `climate/target`: node and property, the part of a topic behind the device. */
export type PropertyPath = `${string}/${string}`

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** A value as the code holds it: enums are strings, json is an object or array. */
export type Value = boolean | number | string | JsonObject | readonly Json[]

type Datatype =
  | { readonly datatype: 'boolean' }
  | { readonly datatype: 'string' }
  | { readonly datatype: 'enum'; readonly values: readonly string[] }
  | { readonly datatype: 'integer' | 'float'; readonly min?: number; readonly max?: number; readonly step?: number }
  | { readonly datatype: 'json' }

export type Property = Datatype & {
  readonly name: string
  readonly unit?: string
  /** Others may publish to `<property>/set`. Default false. */
  readonly settable?: true
  /** Momentary: delivered now or not at all (QoS 0, never retained, never queued). Default false. */
  readonly momentary?: true
}

export type Decoded = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly because: string }

const refused = (because: string): Decoded => ({ ok: false, because })
const NUMBER = /^-?\d+(\.\d+)?$/

/** Reads the payload of a `/set`. `because` is for people and never repeats the payload: it may hold a code. */
export function decodePayload(property: Property, payload: string): Decoded {
  switch (property.datatype) {
    case 'boolean':
      return payload === 'true' || payload === 'false'
        ? { ok: true, value: payload === 'true' }
        : refused('must be true or false')
    case 'enum':
      return property.values.includes(payload)
        ? { ok: true, value: payload }
        : refused(`must be one of ${property.values.join(', ')}`)
    case 'string':
      return payload.length <= 1024 ? { ok: true, value: payload } : refused('must be at most 1024 characters')
    case 'integer':
    case 'float':
      return decodeNumber(property, payload)
    case 'json':
      return decodeObject(payload)
  }
}

function decodeNumber(property: Extract<Property, { datatype: 'integer' | 'float' }>, payload: string): Decoded {
  if (!NUMBER.test(payload)) return refused('must be a decimal number')
  const value = Number(payload)
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = property
  if (property.datatype === 'integer' && !Number.isSafeInteger(value)) return refused('must be a whole number')
  if (value < min || value > max) return refused(`must be from ${min} to ${max}`)
  return { ok: true, value: toStep(value, property) }
}

/** Homie 5: a value between two steps is rounded to the nearer one, counted from `min`. */
function toStep(value: number, { min = 0, max, step }: { min?: number; max?: number; step?: number }): number {
  if (step === undefined) return value
  const stepped = min + Math.round((value - min) / step) * step
  const decimals = String(step).split('.')[1]?.length ?? 0
  return Number(Math.min(stepped, max ?? stepped).toFixed(decimals))
}

function decodeObject(payload: string): Decoded {
  try {
    const value: unknown = JSON.parse(payload)
    if (typeof value === 'object' && value !== null) return { ok: true, value: value as JsonObject }
  } catch {
    // Said below: the parser's own message would quote the payload.
  }
  return refused('must be a JSON object or array')
}

/** Writes a value as its topic carries it. Floats keep at most two decimals. */
export function formatPayload(property: Property, value: Value): string {
  switch (property.datatype) {
    case 'json':
      return JSON.stringify(value)
    case 'float':
      return String(Math.round(Number(value) * 100) / 100)
    case 'integer':
      return String(Math.round(Number(value)))
    case 'boolean':
    case 'string':
    case 'enum':
      return String(value)
  }
}
