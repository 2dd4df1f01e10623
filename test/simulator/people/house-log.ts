// A world that writes down what it is told, and when.
import type { VirtualClock } from '../../../simulator/clock.ts'
import type { World } from '../../../simulator/people/building.ts'

export interface HouseLog extends World {
  /** `2.5 hall-motion on`, seconds since the clock began. */
  readonly lines: string[]
  /** Doors that are open and sensors that are active, by what they were told last. */
  readonly open: Set<string>
  readonly active: Set<string>
}

export function createHouseLog(clock: VirtualClock): HouseLog {
  const lines: string[] = []
  const [open, active] = [new Set<string>(), new Set<string>()]
  const note = (text: string) => lines.push(`${clock.uptime() / 1000} ${text}`)
  const change = (set: Set<string>, id: string, on: boolean) => {
    if (set.has(id) === on) throw new Error(`The world was told twice that ${id} is ${on ? 'on' : 'off'}`)
    if (on) set.add(id)
    else set.delete(id)
  }
  return {
    lines,
    open,
    active,
    door(id, isOpen) {
      change(open, id, isOpen)
      note(`${id} ${isOpen ? 'opens' : 'shuts'}`)
    },
    motion(room, isActive) {
      change(active, room, isActive)
      note(`${room} ${isActive ? 'stirs' : 'rests'}`)
    },
    moved: (name, from, to) => note(`${name} ${from} > ${to}`),
  }
}

/** The lines without their times. */
export const told = ({ lines }: HouseLog): string[] => lines.map((line) => line.slice(line.indexOf(' ') + 1))

/** When each line that says this was written, in seconds. */
export const timesOf = ({ lines }: HouseLog, text: string): number[] =>
  lines.filter((line) => line.slice(line.indexOf(' ') + 1) === text).map(Number.parseFloat)
