// Something that is on or off by the level of one pin: a relay, a magnet, a siren, a buzzer that hums by itself.
import { after } from '#contract/clock.ts'
import type { OutputWiring } from '../../wiring/rules.ts'
import { BoardError } from '../error.ts'
import { pinPart } from '../trouble.ts'
import { RETRY_AFTER, type Site } from './site.ts'

export interface Switched extends Disposable {
  /** Idempotent, and never throws: what could not be written is tried again until it is, or until something else is wanted. */
  set(on: boolean): void
}

/** Whether the last write arrived, and if not, whether what shall be off may be on. */
export interface RelayTrouble {
  readonly obeys: boolean
  /** It was switched on, and takes no off. One that never was on is no danger, whoever has its line. */
  readonly stuckOn: boolean
}

export interface Relay extends Switched {
  /** Throws while it is stuck on: for the end of `Hardware.apply`, so that systemd is not told that all is well (run.ts). */
  mustObeyOff(): void
}

/** Off when it resolves, and off again when disposed. `changed` hears whenever its trouble does. */
export async function openRelay(
  site: Site,
  { pin, active }: OutputWiring,
  changed: (trouble: RelayTrouble) => void = () => {},
): Promise<Relay> {
  const { default: JohnnyFiveRelay } = await import('johnny-five/lib/relay.js')
  const { board, clock, notices } = site
  // The pin's level is what `active` says it is, so that the level a line is taken with can be said in the same words.
  const relay = new JohnnyFiveRelay({ board, pin, type: active === 1 ? 'NO' : 'NC' })
  const name = pinPart(pin)
  let wanted = false
  let mayBeOn = false
  let trouble: RelayTrouble = { obeys: true, stuckOn: false }
  let later = () => {}

  const settle = (obeys: boolean) => {
    if (obeys) mayBeOn = wanted
    const next = { obeys, stuckOn: !obeys && !wanted && mayBeOn }
    if (next.obeys === trouble.obeys && next.stuckOn === trouble.stuckOn) return
    trouble = next
    changed(next)
  }
  const write = () => {
    later()
    try {
      if (wanted) relay.close()
      else relay.open()
      settle(true)
      notices.worked(name)
    } catch (error) {
      settle(false)
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
    mustObeyOff() {
      // The reason is in the log already, with the part.
      if (trouble.stuckOn)
        throw new BoardError('failed', `Cannot switch ${name} off as its line must take it: it may be on`)
    },
    [Symbol.dispose]() {
      stopWatching()
      wanted = false
      write()
      later()
    },
  }
}
