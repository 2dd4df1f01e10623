// Which pins and which addresses on I2C a wiring uses, and for what.
import type { Use } from './pins.ts'
import type { Wiring } from './wiring.ts'

/** In the order of the file's sections, so that an error names the first user first. */
export const usesOf = ({ parts }: Pick<Wiring, 'parts'>): readonly Use[] => usesIn(parts, 'wiring')

/** Of any part, by the settings that say so: `pin`, `rows`, `columns`, `address`, and the pins that a kernel driver takes. */
function usesIn(part: unknown, path: string): readonly Use[] {
  if (Array.isArray(part)) return part.flatMap((each, index) => usesIn(each, `${path}.${index}`))
  if (typeof part !== 'object' || part === null) return []
  return [
    ...kernelUses(part, path),
    ...Object.entries(part).flatMap(([key, value]) => useOf(part, { key, value, path })),
  ]
}

function useOf(
  part: object,
  { key, value, path }: { readonly key: string; readonly value: unknown; readonly path: string },
): readonly Use[] {
  if (key === 'pin' && typeof value === 'number') return isOneWire(part) ? [] : [gpio(value, part, path)]
  if (key === 'rows' || key === 'columns') {
    return (value as readonly number[]).map((pin, index) => ({ type: 'pin', pin, path: `${path}.${key}.${index}` }))
  }
  if (key === 'address' && typeof value === 'number') {
    const channel = 'channel' in part && typeof part.channel === 'number' ? part.channel : undefined
    return [{ type: 'i2c', address: value, channel, path }]
  }
  // A zone is one part in the file.
  return usesIn(value, key === 'input' || key === 'zone' ? path : `${path}.${key}`)
}

const gpio = (pin: number, part: object, path: string): Use => ({
  ...{ type: 'pin', pin, path },
  ...('hold' in part && { pulses: true }),
  // An input has a pull, and its level switches nothing.
  ...('active' in part && !('pull' in part) && { on: part.active === 1 ? 1 : 0 }),
})

const isOneWire = (part: object): boolean => 'type' in part && part.type === 'ds18b20'

/** `dtoverlay=w1-gpio` takes one pin for all sensors on it, and SPI0 with its first chip takes four. */
function kernelUses(part: object, path: string): readonly Use[] {
  if (!('type' in part)) return []
  if (part.type === 'ds18b20' && 'pin' in part && typeof part.pin === 'number') {
    return [{ type: 'kernel', pins: [part.pin], bus: 'the 1-Wire bus', path }]
  }
  return part.type === 'max31855' ? [{ type: 'kernel', pins: [8, 9, 10, 11], bus: 'the SPI bus', path }] : []
}
