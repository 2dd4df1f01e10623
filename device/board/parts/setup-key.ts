// The small key behind a hole: pressed, the device asks for a new code; held for ten seconds, it is as new.
import { after } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import type { InputWiring } from '../../wiring/rules.ts'
import { openContact } from './contact.ts'
import type { Site } from './site.ts'

/** What somebody wants of the device itself, and not of what it does. */
export type Wish = 'pair' | 'reset'

/** Nobody leans on it for so long by mistake. */
export const RESET_AFTER = seconds(10)

/** A key that is held down when the device starts wishes nothing until it was let go of: it may be stuck. */
export async function openSetupKey(site: Site, wiring: InputWiring, hear: (wish: Wish) => void): Promise<Disposable> {
  let held: (() => void) | undefined
  let wasUp = false
  const contact = await openContact(site, wiring, (isDown) => {
    if (!isDown) {
      if (held !== undefined) hear('pair')
      held?.()
      held = undefined
      wasUp = true
    } else if (wasUp) {
      held = after(site.clock, RESET_AFTER, () => {
        held = undefined
        hear('reset')
      })
    }
  })
  return {
    [Symbol.dispose]() {
      held?.()
      contact[Symbol.dispose]()
    },
  }
}
