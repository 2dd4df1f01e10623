// The people of a home, wired to its house and its panel.
import { CALLED_OFF } from '#contract/clock.ts'
import type { Instant } from '#contract/time.ts'
import type { House } from '../house/house.ts'
import type { World as Noticing } from '../people/building.ts'
import { burgle, wayInBy } from '../people/burglar.ts'
import { livePeople } from '../people/living.ts'
import { beyond, FLOOR_PLAN, OUTSIDE, openingOf, roomOf } from '../people/plan.ts'
import { householdOf } from '../people/routine.ts'
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
  const as = world.inhabitant('people')
  const { clock } = as
  const people = householdOf({ people: count, pet })
  const heatNothing = new Set(people.filter(({ habit }) => habit === 'pet').map(({ name }) => name))
  const caught = new AbortController()

  const set = (zoneId: string | undefined, open: boolean) => {
    if (zoneId === undefined) return
    if (open) panel?.openZone(zoneId)
    else panel?.closeZone(zoneId)
  }
  const moveOne = (room: string, change: 1 | -1) => {
    if (room === OUTSIDE) return
    const { people: before } = house.room(room)
    house.room(room).setPeople(before + change)
  }
  const noticing: Noticing = {
    door(id, open) {
      const opening = openingOf(FLOOR_PLAN, id)
      set(opening.zone, open)
      if (opening.kind === 'window') house.room(beyond(opening, OUTSIDE)).openWindow(open)
    },
    motion: (room, active) => set(roomOf(FLOOR_PLAN, room).motion?.zone, active),
    moved(name, from, to) {
      if (heatNothing.has(name)) return
      moveOne(from, -1)
      moveOne(to, 1)
    },
  }
  const living = runAs(as, () =>
    livePeople({ ...{ clock, people, plan: FLOOR_PLAN, zone, seed: world.seed }, world: noticing }),
  )
  // They are where their day has them; nobody was seen going there.
  for (const [name, room] of living.whereabouts) if (!heatNothing.has(name)) moveOne(room, 1)

  return {
    sendBurglar(by, now) {
      wayInBy(FLOOR_PLAN, by)
      const random = world.random(`burglar/${now}`)
      const { signal } = caught
      const coming = runAs(as, () => burgle({ clock, plan: FLOOR_PLAN, world: noticing, by, random, signal }))
      coming.catch((error: unknown) => {
        if (error !== CALLED_OFF) throw error
      })
    },
    async [Symbol.asyncDispose]() {
      caught.abort(CALLED_OFF)
      await living[Symbol.asyncDispose]()
    },
  }
}
