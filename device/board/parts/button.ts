// A key that somebody presses.
import type { InputWiring } from '../../wiring/rules.ts'
import { pinPart } from '../trouble.ts'
import { type Mounted, mount } from './mount.ts'
import type { Level, Site } from './site.ts'

/** Hears each press. A key that is held down, or stuck, when the device starts is pressed by nobody: it has to be let go of first. */
export async function openButton(
  site: Site,
  { pin, active, pull }: InputWiring,
  pressed: () => void,
): Promise<Mounted<unknown>> {
  const { default: Button } = await import('johnny-five/lib/button.js')
  const { board, io } = site
  let wasUp = false
  io.on(`digital-read-${pin}`, (level: Level) => {
    if (level !== active) wasUp = true
  })
  return mount(site, pinPart(pin), () => {
    const options = { isPullup: pull === 'up', isPulldown: pull === 'down', invert: active === 0 }
    const button = new Button({ board, pin, ...options })
    button.on('press', () => {
      if (wasUp) pressed()
    })
    return button
  })
}
