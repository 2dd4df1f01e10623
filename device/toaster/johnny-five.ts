// A toaster's heater, carriage, magnet, keys and knob on a real board.
import { SHADES } from '#contract/kinds.ts'
import { seconds } from '#contract/time.ts'
import { openButton } from '../board/parts/button.ts'
import { openContact } from '../board/parts/contact.ts'
import { openFront } from '../board/parts/front.ts'
import { openKnob } from '../board/parts/knob.ts'
import { openRelay } from '../board/parts/relay.ts'
import { openServo } from '../board/parts/servo.ts'
import type { Site } from '../board/parts/site.ts'
import { createTeller } from '../board/parts/teller.ts'
import { openThermometer } from '../board/parts/thermometer.ts'
import { installer, type Wired } from '../board/parts/wired.ts'
import { type Ack, type Command, refuse } from '../control.ts'
import { beeps, createPlayer } from '../display/pattern.ts'
import type { ToasterBehaviour, ToasterParts } from '../wiring/toaster.ts'
import type { ToasterActuators, ToasterReading } from './hardware.ts'
import { createMeasuredCase } from './measured-case.ts'

const READ_EVERY = seconds(1)
const KEYS = ['start', 'cancel', 'remote-start', 'reset'] as const

/** Heater and magnet are off when it resolves. Whoever wires disposes, and the board after it. */
export async function wireToaster(
  site: Site,
  { parts, behaviour, name }: { parts: ToasterParts; behaviour: ToasterBehaviour; name: string },
): Promise<Wired<ToasterReading, ToasterActuators>> {
  using stack = new DisposableStack()
  const { clock } = site
  const install = installer(stack)
  const { tell, listen } = createTeller<ToasterReading>()
  let operate = async (_command: Command): Promise<Ack> => refuse('not_now', 'the device is starting')
  // Before anything else.
  const heater = stack.use(await openRelay(site, parts.heater, ({ stuckOn: stuck }) => tell({ type: 'heater', stuck })))
  const magnet =
    (await install(parts.magnet, (wiring) => openRelay(site, wiring))) ??
    (await install(parts.servo, (wiring) => openServo(site, wiring)))
  await install(parts.heater.feedback, (wiring) =>
    openContact(site, wiring, (closed) => tell({ type: 'relay', closed })),
  )

  let wasUp = false
  await install(parts.carriage, (wiring) =>
    openContact(site, wiring, (down) => {
      tell({ type: 'carriage', position: down ? 'down' : 'up' })
      // Pushed down, that is: one that is down when the power comes was pushed by nobody.
      if (down && wasUp && behaviour.leverStarts) tell({ type: 'key', key: 'start' })
      wasUp = !down
    }),
  )
  for (const key of KEYS)
    await install(parts[key], (wiring) => openButton(site, wiring, () => tell({ type: 'key', key })))

  const measured = await install(parts.case, () =>
    createMeasuredCase(clock, (celsius) => tell({ type: 'case', celsius })),
  )
  await install(parts.case, (wiring) =>
    openThermometer(site, { wiring, every: READ_EVERY, heard: ({ celsius }) => measured?.heard(celsius) }),
  )

  await install(parts.knob, (wiring) =>
    openKnob(site, wiring, (share) => tell({ type: 'knob', browning: SHADES.min + share * (SHADES.max - SHADES.min) })),
  )
  let browning: number | undefined
  const shade = (by: number) => {
    if (browning === undefined) return
    const value = Math.min(SHADES.max, Math.max(SHADES.min, browning + by))
    void operate({ path: 'cycle/browning', value }).catch(() => {})
  }
  await install(parts.lighter, (wiring) => openButton(site, wiring, () => shade(-1)))
  await install(parts.darker, (wiring) => openButton(site, wiring, () => shade(1)))

  const buzzer = await install(parts.buzzer, (wiring) => openRelay(site, wiring))
  const sounds = buzzer && stack.use(createPlayer(clock, buzzer.set))
  const front = await openFront(site, stack, {
    ...{ kind: 'toaster', name, display: parts.display },
    ...{ led: parts.led, setupKey: parts['setup-key'] },
  })
  let phase: unknown

  const owned = stack.move()
  return {
    onStatus: front.onStatus,
    onWish: front.onWish,
    onProperties(properties) {
      front.onProperties(properties)
      browning = Number(properties['cycle/browning'])
      const now = properties['cycle/state']
      if (phase !== undefined && now !== phase) {
        if (now === 'done') sounds?.interrupt(beeps(3, 300, 200))
        if (now === 'fault') sounds?.interrupt(beeps(10, 500, 250))
      }
      phase = now
    },
    listen(hear, obey) {
      operate = obey
      listen(hear)
    },
    apply(wanted) {
      heater.set(wanted.heater)
      magnet?.set(wanted.magnet)
      heater.mustObeyOff()
    },
    async [Symbol.asyncDispose]() {
      owned.dispose()
    },
  }
}
