// What the kernel has to know of each pin: the level that is safe, how long a contact bounces, which outputs must not push.
import type { PinWiring } from '../linux/lines.ts'

/** Of the parts of any wiring, by what they say of a pin. */
export const pinWiringsOf = (parts: unknown): ReadonlyMap<number, PinWiring> => new Map(wiringsIn(parts))

function wiringsIn(part: unknown): readonly (readonly [number, PinWiring])[] {
  if (Array.isArray(part)) return part.flatMap(wiringsIn)
  if (typeof part !== 'object' || part === null) return []
  return [...ownWirings(part), ...Object.values(part).flatMap(wiringsIn)]
}

function ownWirings(part: object): readonly (readonly [number, PinWiring])[] {
  if ('rows' in part && Array.isArray(part.rows)) {
    // Two keys of one column join two rows: one that pushed up against one that pulls down would be a short circuit.
    return part.rows.map((pin: number) => [pin, { drive: 'open_drain' }] as const)
  }
  if (!('pin' in part && typeof part.pin === 'number' && 'active' in part)) return []
  if ('debounceMillis' in part) return [[part.pin, { debounceMicros: Number(part.debounceMillis) * 1000 }]]
  return [[part.pin, { safe: part.active === 1 ? 0 : 1 }]]
}
