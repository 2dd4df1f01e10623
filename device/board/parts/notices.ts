// What the log hears of the parts of a board: each cause once, and once that it is over. Parts may find out by themselves or be told by
// the IO plugin; where both speak of one part, the plugin knows the reason better.
import type { Logger } from 'pino'
import { BoardError } from '../error.ts'
import type { Trouble } from '../trouble.ts'

export interface Notices {
  /** A part found out by itself. `error` may be anything that was thrown. */
  failed(part: string, error: unknown): void
  worked(part: string): void
  /** The IO plugin found out. */
  heard(trouble: Trouble): void
  isTroubled(part: string): boolean
  /** Hears of every part that stops or begins to work, in the moment it does. Returns how to stop listening. */
  watch(listener: (part: string, troubled: boolean) => void): () => void
}

export function createNotices(log: Logger): Notices {
  const troubles = new Map<string, { readonly because: string; readonly from: 'plugin' | 'part' }>()
  const listeners = new Set<(part: string, troubled: boolean) => void>()

  const begin = (part: string, because: string, from: 'plugin' | 'part') => {
    const known = troubles.get(part)
    if (known?.because === because || (known?.from === 'plugin' && from === 'part')) return
    troubles.set(part, { because, from })
    log.warn({ part, because }, 'a part of the board does not work: it is tried again')
    if (known === undefined) for (const listener of listeners) listener(part, true)
  }
  const end = (part: string) => {
    if (!troubles.delete(part)) return
    log.info({ part }, 'a part of the board works again')
    for (const listener of listeners) listener(part, false)
  }

  return {
    failed: (part, error) => begin(part, reasonOf(error), 'part'),
    worked(part) {
      if (troubles.get(part)?.from === 'part') end(part)
    },
    heard(trouble) {
      if (trouble.type === 'trouble') begin(trouble.part, trouble.error.message, 'plugin')
      else end(trouble.part)
    },
    isTroubled: (part) => troubles.has(part),
    watch(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Waiting does not help a board that cannot. */
export const isHopeless = (error: unknown): boolean => error instanceof BoardError && error.code === 'unsupported'
