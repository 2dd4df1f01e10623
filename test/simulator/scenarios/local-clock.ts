// Two ways to get time wrong, as programs do: to count deadlines on the wall clock, and to keep the wall clock in local time.

import { localOf } from '#contract/local-time.ts'
import { hours, instant, type Moment, millis } from '#contract/time.ts'
import type { Control } from '../../../device/control.ts'

/** The same control, told of other moments; what is due by them is due at `toUptime` of it. */
function toldOf<State, Reading, Actuators>(
  control: Control<State, Reading, Actuators>,
  moment: (at: Moment) => Moment,
): Control<State, Reading, Actuators> {
  return {
    ...control,
    begin: (saved, at) => control.begin(saved, moment(at)),
    hear: (state, reading, at) => control.hear(state, reading, moment(at)),
    obey: (state, command, at) => control.obey(state, command, moment(at)),
    tick: (state, at) => control.tick(state, moment(at)),
    actuators: (state, at) => control.actuators(state, moment(at)),
    properties: (state, at) => control.properties(state, moment(at)),
  }
}

/** Deadlines that jump with the wall clock. */
export function onTheWall<State, Reading, Actuators>(
  control: Control<State, Reading, Actuators>,
): Control<State, Reading, Actuators> {
  let beganAt: number | undefined
  let jumped = 0
  const moved = toldOf(control, ({ wall, uptime }) => {
    beganAt ??= wall - uptime
    jumped = wall - uptime - beganAt
    return { wall, uptime: millis(uptime + jumped) }
  })
  return {
    ...moved,
    dueAt(state) {
      const due = control.dueAt(state)
      return due === undefined ? undefined : millis(due - jumped)
    },
  }
}

/** A wall clock that counts an hour where the zone skips one, and forgets one that comes twice. */
export const inLocalTime = <State, Reading, Actuators>(
  control: Control<State, Reading, Actuators>,
  zone: string,
): Control<State, Reading, Actuators> =>
  toldOf(control, ({ wall, uptime }) => {
    const { year, month, day, hour, minute, second } = localOf(zone, wall)
    const whole = Math.floor(wall / 1000) * 1000
    const ahead = Math.round((Date.UTC(year, month - 1, day, hour, minute, second) - whole) / hours(1)) * hours(1)
    return { wall: instant(wall + ahead), uptime }
  })
