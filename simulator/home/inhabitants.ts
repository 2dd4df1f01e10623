// The people of a home, wired to its house and its panel.
import type { Instant } from '#contract/time.ts'
import type { House } from '../house/house.ts'
import { burgle } from '../people/burglar.ts'
import { FLOOR_PLAN } from '../people/floor-plan.ts'
import { startHousehold } from '../people/household.ts'
import { createPresence } from '../people/presence.ts'
import type { SimulatedPanel } from '../security/hardware.ts'
import { runAs } from '../time/participant.ts'
import type { World } from './world.ts'

export interface Inhabitants extends AsyncDisposable {
  /** Somebody comes in by the door or window of this zone who is not meant to. */
  sendBurglar(entrance: string, now: Instant): void
}

export function createInhabitants(options: {
  readonly world: World
  readonly house: House
  readonly panel: SimulatedPanel | undefined
  readonly zone: string
  readonly count: number
  readonly pet: boolean
}): Inhabitants {
  const { world, house, panel, zone, count, pet } = options
  const people = world.inhabitant('people')
  const life = new AbortController()
  const { signal } = life
  const { clock } = people
  const set = (zoneId: string, open: boolean) => {
    if (open) panel?.openZone(zoneId)
    else panel?.closeZone(zoneId)
  }
  const presence = createPresence({
    ...{ plan: FLOOR_PLAN, clock },
    world: { contact: set, motion: set, people: (room, number) => house.room(room).setPeople(number) },
  })
  const random = (name: string) => world.random(`people/${name}`)
  runAs(people, () => startHousehold({ clock, presence, zone, count, pet, random, signal }))

  return {
    sendBurglar(entrance, now) {
      const coming = runAs(people, () =>
        burgle({ ...{ clock, plan: FLOOR_PLAN, presence, entrance, signal }, random: world.random(`burglar/${now}`) }),
      )
      coming.catch((error: unknown) => {
        if (!signal.aborted) throw error
      })
    },
    async [Symbol.asyncDispose]() {
      life.abort()
      presence.stop()
    },
  }
}
