// How much one connection may listen to. Each filter is matched with every message, and at SUBSCRIBE it is read from the disk: one with a
// wildcard over all that it may match, so of those there are fewer.
import type { Client } from 'aedes'
import { hasWildcard } from './filter.ts'
import { LIMITS } from './limits.ts'

export interface FilterLimit {
  /** Counts a filter that `client` asks for, whatever it will be told; false when it is one too many. */
  allows(client: Client, filter: string): boolean
  /** Gives filters back. */
  leave(client: Client, filters: readonly string[]): void
}

export function createFilterLimit(): FilterLimit {
  const asked = new WeakMap<Client, { readonly exact: Set<string>; readonly wild: Set<string> }>()
  const of = (client: Client) => {
    const known = asked.get(client) ?? { exact: new Set(), wild: new Set() }
    asked.set(client, known)
    return known
  }
  return {
    allows(client, filter) {
      const { exact, wild } = of(client)
      const [mine, most] = hasWildcard(filter)
        ? [wild, LIMITS.wildcardsPerConnection]
        : [exact, LIMITS.topicsPerConnection]
      if (!mine.has(filter) && mine.size >= most) return false
      mine.add(filter)
      return true
    },
    leave(client, filters) {
      const { exact, wild } = of(client)
      for (const filter of filters) (hasWildcard(filter) ? wild : exact).delete(filter)
    },
  }
}
