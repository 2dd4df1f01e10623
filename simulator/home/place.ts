// A thermostat on the wall of one room of the house.
import type { House } from '../house/house.ts'
import type { Place } from '../thermostat/place.ts'

export function placeIn(house: House, id: string): Place {
  const room = house.room(id)
  return {
    get airCelsius() {
      return room.celsius
    },
    get humidityPercent() {
      return room.humidityPercent
    },
    get windowOpen() {
      return room.windowOpen
    },
    openWindow: (open) => room.openWindow(open),
    heat: (on) => house.heat(on),
    cool: (on) => house.cool(on),
  }
}
