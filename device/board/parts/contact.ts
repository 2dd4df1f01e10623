// Something with two states: a window contact, a carriage switch, a second contact of a relay, a tamper switch.
import type { InputWiring } from '../../wiring/rules.ts'
import { pinPart } from '../trouble.ts'
import { type Mounted, mount } from './mount.ts'
import type { Site } from './site.ts'

/** Hears the state it is in, and each change after. `isActive`: what the wiring names, such as open or down. */
export async function openContact(
  site: Site,
  { pin, active, pull }: InputWiring,
  hear: (isActive: boolean) => void,
): Promise<Mounted<unknown>> {
  const { default: Switch } = await import('johnny-five/lib/switch.js')
  const { board, io } = site
  return mount(site, pinPart(pin), () => {
    // What johnny-five calls open is our active: `invert` says that it is the high level. The type asks for the pull-up.
    const contact = new Switch({ board, pin, type: pull === 'up' ? 'NO' : 'NC', invert: active === 1 })
    if (pull === 'down') io.digitalWrite(pin, 0)
    contact.on('open', () => hear(true))
    contact.on('close', () => hear(false))
    return contact
  })
}
