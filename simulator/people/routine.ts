// What an ordinary day looks like, and not two alike: each person has a stream of chance of their own.

import type { Random } from '../random.ts'
import { OUTSIDE } from './floor-plan.ts'

/** Being in a room from a time of day on, in minutes since midnight. */
export interface Activity {
  readonly minute: number
  readonly room: string
}

const MORNING = 6 * 60 + 45

/** A working day, or one at home. Minutes rise. `weekday` 1 is Monday. */
export function planDay(weekday: number, random: Random): readonly Activity[] {
  const around = (minute: number, spread: number) => Math.round(minute + spread * (2 * random() - 1))
  const weekend = weekday >= 6
  const up = around(weekend ? MORNING + 90 : MORNING, 20)
  const leave = around(weekend ? 11 * 60 : up + 80, 15)
  const back = around(weekend ? 13 * 60 + 30 : 17 * 60 + 40, 30)
  const day: Activity[] = [
    { minute: up, room: 'bath' },
    { minute: up + 18, room: 'kitchen' },
    { minute: up + 50, room: 'living' },
    { minute: leave, room: OUTSIDE },
    { minute: back, room: 'living' },
    { minute: around(back + 70, 20), room: 'kitchen' },
    { minute: around(back + 130, 20), room: 'living' },
    { minute: around(22 * 60 + 30, 20), room: 'bath' },
    { minute: around(22 * 60 + 58, 6), room: 'bedroom' },
  ]
  return day.sort((a, b) => a.minute - b.minute)
}
