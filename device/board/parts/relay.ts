// Something that is on or off by the level of one pin: a relay, a magnet, a siren, a buzzer that hums by itself.
import { after } from '#contract/clock.ts'
import type { OutputWiring } from '../../wiring/rules.ts'
import { pinPart } from '../trouble.ts'
import { RETRY_AFTER, type Site } from './site.ts'

export interface Switched extends Disposable {
  /** Idempotent, and never throws: what could not be written is tried again until it is, or until something else is wanted. */
  set(on: boolean): void
}

/** Off when it resolves, and off again when disposed. */
export async function openRelay(site: Site, { pin, active }: OutputWiring): Promise<Switched> {
  const { default: Relay } = await import('johnny-five/lib/relay.js')
  const { board, clock, notices } = site
  // The pin's level is what `active` says it is, so that the level a line is taken with can be said in the same words.
  const relay = new Relay({ board, pin, type: active === 1 ? 'NO' : 'NC' })
  const name = pinPart(pin)
  let wanted = false
  let later = () => {}

  const write = () => {
    later()
    try {
      if (wanted) relay.close()
      else relay.open()
      notices.worked(name)
    } catch (error) {
      notices.failed(name, error)
      later = after(clock, RETRY_AFTER, write)
    }
  }
  // A line that was lost and found again came back at its safe level, whatever was wanted of it.
  const stopWatching = notices.watch((part, troubled) => {
    if (part === name && !troubled) write()
  })
  write()
  return {
    set(on) {
      wanted = on
      write()
    },
    [Symbol.dispose]() {
      stopWatching()
      wanted = false
      write()
      later()
    },
  }
}
