// What the kernel has to know of each pin: the level that is safe, how long a contact bounces and what pulls it, which outputs must not push.
import type { InputWiring } from '../../wiring/rules.ts'
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
  if ('debounceMillis' in part) {
    const { pin, pull, debounceMillis } = part as InputWiring
    // johnny-five asks for a pull-up or a pull-down, and has no word for none: GPIO0 to 8 would keep the pull-up of their reset.
    return [[pin, { debounceMicros: debounceMillis * 1000, bias: pull }]]
  }
  return [[part.pin, { safe: part.active === 1 ? 0 : 1 }]]
}
