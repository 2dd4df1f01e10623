// A servo that holds a lever down, and lets go of it.
import type { ServoWiring } from '../../wiring/toaster.ts'
import { pinPart } from '../trouble.ts'
import { mount } from './mount.ts'
import type { Switched } from './relay.ts'
import type { Site } from './site.ts'

/** On is holding. Lets go when it opens and when it is disposed. */
export async function openServo(site: Site, { pin, hold, release }: ServoWiring): Promise<Switched> {
  const { default: Servo } = await import('johnny-five/lib/servo.js')
  const { board, notices } = site
  const name = pinPart(pin)
  let wanted = false
  const mounted = mount(site, name, () => new Servo({ board, pin, startAt: wanted ? hold : release }))
  const set = (on: boolean) => {
    wanted = on
    try {
      mounted.part?.to(on ? hold : release)
    } catch (error) {
      notices.failed(name, error)
    }
  }
  return {
    set,
    [Symbol.dispose]() {
      set(false)
      mounted[Symbol.dispose]()
    },
  }
}
