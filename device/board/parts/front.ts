// The screen, the LED and the setup key of a device, where it has them.
import type { Kind } from '#contract/ids.ts'
import type { Display } from '../../display/display.ts'
import { createFront, type Front } from '../../display/front.ts'
import type { InputWiring, LedWiring } from '../../wiring/rules.ts'
import type { DisplayWiring } from '../../wiring/sensor.ts'
import { openLcd } from './lcd.ts'
import { openLed } from './led.ts'
import { openOled } from './oled.ts'
import { openSetupKey, type Wish } from './setup-key.ts'
import type { Site } from './site.ts'
import { installer } from './wired.ts'

export async function openFront(
  site: Site,
  stack: DisposableStack,
  {
    kind,
    name,
    display,
    led,
    setupKey,
  }: {
    readonly kind: Kind
    readonly name: string
    readonly display: DisplayWiring | undefined
    readonly led: LedWiring | undefined
    readonly setupKey: InputWiring | undefined
  },
): Promise<Front & { onWish(hear: (wish: Wish) => void): void }> {
  const install = installer(stack)
  let wish = (_wish: Wish) => {}
  await install(setupKey, (wiring) => openSetupKey(site, wiring, (wished) => wish(wished)))
  const front = createFront({
    ...{ kind, name },
    display: await install(display, (wiring): Display | Promise<Display> =>
      wiring.type === 'lcd' ? openLcd(site, wiring.address) : openOled(site, wiring.address),
    ),
    led: await install(led, (wiring) => openLed(site, wiring)),
  })
  return {
    ...front,
    onWish(hear) {
      wish = hear
    },
  }
}
