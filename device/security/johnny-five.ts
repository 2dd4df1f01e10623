// A panel's zones, siren, keypad and lights on a real board.
import { openContact } from '../board/parts/contact.ts'
import { openFront } from '../board/parts/front.ts'
import { openKeypad } from '../board/parts/keypad.ts'
import { openLed } from '../board/parts/led.ts'
import { openMotion } from '../board/parts/motion.ts'
import { openRelay } from '../board/parts/relay.ts'
import type { Site } from '../board/parts/site.ts'
import { createTeller } from '../board/parts/teller.ts'
import { installer, type Wired } from '../board/parts/wired.ts'
import { type Ack, type Command, refuse } from '../control.ts'
import { beeps, blink, createPlayer, NEVER, type Shown } from '../display/pattern.ts'
import { armedLightOf } from '../display/status-light.ts'
import type { SecurityParts } from '../wiring/security.ts'
import type { PanelActuators, PanelReading } from './hardware.ts'
import { emptyKeypad, press } from './keypad.ts'

/** Somebody has to leave; somebody has to type, and soon. */
const REMINDERS: Readonly<Record<PanelActuators['buzzer'], Shown>> = {
  off: NEVER,
  exit: blink(100, 900),
  entry: blink(150, 350),
}

/** The siren is silent when it resolves. Whoever wires disposes, and the board after it. */
export async function wireSecurity(
  site: Site,
  { parts, name }: { readonly parts: SecurityParts; readonly name: string },
): Promise<Wired<PanelReading, PanelActuators>> {
  using stack = new DisposableStack()
  const { clock } = site
  const install = installer(stack)
  const { tell, listen } = createTeller<PanelReading>()
  let operate = async (_command: Command): Promise<Ack> => refuse('not_now', 'the device is starting')
  const siren = stack.use(await openRelay(site, parts.siren, ({ obeys }) => tell({ type: 'siren', obeys })))
  const buzzer = await install(parts.buzzer, (wiring) => openRelay(site, wiring))
  const sounds = buzzer && stack.use(createPlayer(clock, buzzer.set))

  for (const { zone, input } of parts.zones) {
    const open = zone.sensor === 'motion' ? openMotion : openContact
    stack.use(await open(site, input, (isOpen) => tell({ type: 'zone', zone: zone.id, open: isOpen })))
  }
  await install(parts.tamper, (wiring) => openContact(site, wiring, (open) => tell({ type: 'tamper', open })))

  let isDisarmed = false
  let keypad = emptyKeypad
  /** The answer is heard and not shown: whoever watches learns no more than that it was one. */
  const answer = async (command: Command) => {
    const { ok } = await operate(command).catch(() => ({ ok: false }))
    sounds?.interrupt(beeps(ok ? 1 : 2))
  }
  await install(parts.keypad, (wiring) =>
    openKeypad(site, wiring, (key) => {
      const { state, command } = press(keypad, key, clock.uptime())
      keypad = state
      if (command !== undefined) void answer(command)
    }),
  )

  const armed = await install(parts['armed-led'], (wiring) => openLed(site, wiring))
  const front = await openFront(site, stack, {
    ...{ kind: 'security', name },
    ...{ display: parts.display, led: parts['trouble-led'], setupKey: parts['setup-key'] },
  })

  const owned = stack.move()
  return {
    onStatus: front.onStatus,
    // Whoever opens the box must not silence the siren, nor take the codes away, with the small key in it.
    onWish: (hear) =>
      front.onWish((wish) => {
        if (wish === 'pair' || isDisarmed) hear(wish)
      }),
    onProperties(properties) {
      front.onProperties(properties)
      isDisarmed = properties['panel/state'] === 'disarmed'
      armed?.play(armedLightOf(properties))
    },
    listen(hear, obey) {
      operate = obey
      listen(hear)
    },
    apply(wanted) {
      siren.set(wanted.siren)
      sounds?.play(REMINDERS[wanted.buzzer])
      siren.mustObeyOff()
    },
    async [Symbol.asyncDispose]() {
      owned.dispose()
    },
  }
}
