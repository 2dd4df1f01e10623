// A motion detector (PIR). After power-on it sees ghosts for a while.
import { after } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import type { InputWiring } from '../../wiring/rules.ts'
import { openContact } from './contact.ts'
import type { Site } from './site.ts'

/** The usual HC-SR501 wants up to a minute from cold; a power cut is over in less where the detector had a rest of charge. */
const SETTLES_IN = seconds(30)

/**
 * Hears whether something moves: once it has settled, and each change after. johnny-five's `Motion` polls for ever and cannot be stopped,
 * so an agent with one would never end; a detector's output is a contact.
 */
export async function openMotion(site: Site, input: InputWiring, hear: (moves: boolean) => void): Promise<Disposable> {
  let settled = false
  let moves: boolean | undefined
  const contact = await openContact(site, input, (now) => {
    moves = now
    if (settled) hear(now)
  })
  const waiting = after(site.clock, SETTLES_IN, () => {
    settled = true
    if (moves !== undefined) hear(moves)
  })
  return {
    [Symbol.dispose]() {
      waiting()
      contact[Symbol.dispose]()
    },
  }
}
