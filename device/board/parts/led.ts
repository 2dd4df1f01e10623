// An LED. Only ever on or off: johnny-five's fading keeps a whole processor busy.

import { createPlayer, type Player } from '../../display/pattern.ts'
import type { LedWiring } from '../../wiring/rules.ts'
import { pinPart } from '../trouble.ts'
import { mount } from './mount.ts'
import type { Site } from './site.ts'

export async function openLed(site: Site, { pin }: LedWiring): Promise<Player> {
  const { default: Led } = await import('johnny-five/lib/led/index.js')
  const { board, clock, notices } = site
  const name = pinPart(pin)
  let wanted = false
  const mounted = mount(site, name, () => {
    const led = new Led({ board, pin })
    if (wanted) led.on()
    else led.off()
    return led
  })
  const set = (on: boolean) => {
    wanted = on
    try {
      if (on) mounted.part?.on()
      else mounted.part?.off()
    } catch (error) {
      notices.failed(name, error)
    }
  }
  const stopWatching = notices.watch((part, troubled) => {
    if (part === name && !troubled) set(wanted)
  })
  const player = createPlayer(clock, set)
  return {
    ...player,
    [Symbol.dispose]() {
      stopWatching()
      mounted[Symbol.dispose]()
      player[Symbol.dispose]()
    },
  }
}
