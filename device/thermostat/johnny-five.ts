// A thermostat's sensor, relays, keys and screen on a real board.
import { seconds } from '#contract/time.ts'
import { openButton } from '../board/parts/button.ts'
import { openContact } from '../board/parts/contact.ts'
import { openFront } from '../board/parts/front.ts'
import { openRelay, type RelayTrouble } from '../board/parts/relay.ts'
import type { Site } from '../board/parts/site.ts'
import { createTeller } from '../board/parts/teller.ts'
import { openThermometer } from '../board/parts/thermometer.ts'
import { installer, type Wired } from '../board/parts/wired.ts'
import type { ThermostatParts } from '../wiring/thermostat.ts'
import type { ThermostatActuators, ThermostatReading } from './hardware.ts'

const READ_EVERY = seconds(10)
/** The weather has time. */
const READ_OUTSIDE_EVERY = seconds(60)
/** What one press is worth, K. */
const A_PRESS = 0.5

/** Both relays are open when it resolves. Whoever wires disposes, and the board after it. */
export async function wireThermostat(
  site: Site,
  { parts, name }: { readonly parts: ThermostatParts; readonly name: string },
): Promise<Wired<ThermostatReading, ThermostatActuators>> {
  using stack = new DisposableStack()
  const install = installer(stack)
  const { tell, listen } = createTeller<ThermostatReading>()
  // Before anything else: what hangs on a relay must not wait for a sensor.
  const refusing = new Set<string>()
  const watch = (relay: string) => (trouble: RelayTrouble) => {
    if (trouble.obeys) refusing.delete(relay)
    else refusing.add(relay)
    tell({ type: 'relays', obey: refusing.size === 0 })
  }
  const heat = await install(parts.heat, (wiring) => openRelay(site, wiring, watch('heat')))
  const cool = await install(parts.cool, (wiring) => openRelay(site, wiring, watch('cool')))
  // Without a second contact nothing is said of the relay: what was commanded is no news.
  await install(parts.heat?.feedback, (wiring) =>
    openContact(site, wiring, (closed) => tell({ type: 'relay', closed })),
  )

  await install(parts.sensor, (wiring) =>
    openThermometer(site, {
      ...{ wiring, every: READ_EVERY },
      heard({ celsius, percent }) {
        tell({ type: 'temperature', celsius })
        if (percent !== undefined) tell({ type: 'humidity', percent })
      },
    }),
  )
  await install(parts.outside, (wiring) =>
    openThermometer(site, {
      ...{ wiring, every: READ_OUTSIDE_EVERY },
      heard: ({ celsius }) => tell({ type: 'outside', celsius }),
    }),
  )
  await install(parts.window, (wiring) => openContact(site, wiring, (open) => tell({ type: 'window', open })))
  await install(parts.warmer, (wiring) => openButton(site, wiring, () => tell({ type: 'turned', kelvin: A_PRESS })))
  await install(parts.colder, (wiring) => openButton(site, wiring, () => tell({ type: 'turned', kelvin: -A_PRESS })))
  const front = await openFront(site, stack, {
    ...{ kind: 'thermostat', name, display: parts.display },
    ...{ led: parts.led, setupKey: parts['setup-key'] },
  })

  const owned = stack.move()
  return {
    ...front,
    listen,
    apply(wanted) {
      // Off before on: for no moment both are closed.
      if (!wanted.heat) heat?.set(false)
      if (!wanted.cool) cool?.set(false)
      if (wanted.heat && !wanted.cool) heat?.set(true)
      if (wanted.cool && !wanted.heat) cool?.set(true)
      heat?.mustObeyOff()
      cool?.mustObeyOff()
    },
    async [Symbol.asyncDispose]() {
      owned.dispose()
    },
  }
}
