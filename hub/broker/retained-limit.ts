// How many topics of its own a device may keep on the hub's disk. A panel with fifty zones keeps about a hundred and twenty.
import type { DeviceId } from '#contract/ids.ts'
import { parseTopic } from '#contract/topics.ts'
import { LIMITS } from './limits.ts'
import type { Retained } from './messages.ts'

export interface RetainedLimit {
  /** Counts a retained publish; false when it is one topic too many. An empty payload gives its topic back. */
  allows(device: DeviceId, topic: string, payload: string): boolean
}

/** `kept` is what is retained already. */
export function createRetainedLimit(kept: readonly Retained[]): RetainedLimit {
  const topics = new Map<DeviceId, Set<string>>()
  const of = (device: DeviceId): Set<string> => {
    const known = topics.get(device) ?? new Set<string>()
    topics.set(device, known)
    return known
  }
  for (const { topic } of kept) {
    const read = parseTopic(topic)
    if ('device' in read) of(read.device).add(topic)
  }
  return {
    allows(device, topic, payload) {
      const own = of(device)
      if (payload === '') own.delete(topic)
      else if (!own.has(topic) && own.size >= LIMITS.retainedPerDevice) return false
      else own.add(topic)
      return true
    },
  }
}
