// The Homie 5 `$description` document, made from the table of kinds.
import * as v from 'valibot'
import type { Kind } from './ids.ts'
import { nodesOf, SENSORS, type Zone } from './kinds.ts'
import type { Property } from './property.ts'

interface DescribedProperty {
  readonly name: string
  readonly datatype: string
  readonly format?: string
  readonly unit?: string
  readonly settable?: boolean
  readonly retained?: boolean
}

export interface Description {
  readonly homie: '5.0'
  /** Must rise when the document changes (Homie 5 "Device Attributes"). */
  readonly version: number
  readonly name: string
  readonly type: Kind
  readonly nodes: Readonly<
    Record<
      string,
      {
        readonly name: string
        readonly type?: string
        readonly properties: Readonly<Record<string, DescribedProperty>>
      }
    >
  >
  readonly children: readonly string[]
  readonly extensions: readonly string[]
}

/** Describes one device. `version` is the caller's: the agent keeps it and raises it when the rest changes. */
export function describeDevice(options: {
  readonly kind: Kind
  readonly name: string
  readonly version: number
  readonly zones?: readonly Zone[]
}): Description {
  const { kind, name, version, zones = [] } = options
  const sensors = new Map(zones.map((zone) => [zone.id, zone.sensor]))
  const nodes = Object.entries(nodesOf(kind, zones)).map(([id, node]) => {
    const sensor = sensors.get(id)
    const properties = Object.entries(node.properties).map(([key, property]) => [key, describeProperty(property)])
    return [id, { name: node.name, ...(sensor && { type: sensor }), properties: Object.fromEntries(properties) }]
  })
  return { homie: '5.0', version, name, type: kind, nodes: Object.fromEntries(nodes), children: [], extensions: [] }
}

function describeProperty(property: Property): DescribedProperty {
  const format = formatOf(property)
  return {
    name: property.name,
    datatype: property.datatype,
    ...(format !== undefined && { format }),
    ...(property.unit !== undefined && { unit: property.unit }),
    ...(property.settable && { settable: true }),
    ...(property.momentary && { retained: false }),
  }
}

/** Homie 5 "format": `min:max:step` where an open end is left empty, or the enum's values. */
function formatOf(property: Property): string | undefined {
  if (property.datatype === 'enum') return property.values.join(',')
  if (property.datatype !== 'integer' && property.datatype !== 'float') return undefined
  const { min, max, step } = property
  if (min === undefined && max === undefined && step === undefined) return undefined
  return `${min ?? ''}:${max ?? ''}${step === undefined ? '' : `:${step}`}`
}

const readable = v.object({
  name: v.string(),
  version: v.number(),
  nodes: v.record(v.string(), v.object({ name: v.optional(v.string()), type: v.optional(v.picklist(SENSORS)) })),
})

/** What a reader needs of somebody's `$description`: its name, and for a panel its zones (nodes with a sensor as type). */
export function readDescription(
  document: unknown,
): { readonly name: string; readonly zones: readonly Zone[] } | undefined {
  const result = v.safeParse(readable, document)
  if (!result.success) return undefined
  const zones = Object.entries(result.output.nodes).flatMap(([id, node]) =>
    node.type === undefined ? [] : [{ id, name: node.name ?? id, sensor: node.type }],
  )
  return { name: result.output.name, zones }
}
