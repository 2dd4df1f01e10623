// Listens to a control without touching it: what state it is in after each step, and which commands it has taken.
import type { Command, Control, Reply } from '../../device/control.ts'

export function tapControl<State, Reading, Actuators>(
  control: Control<State, Reading, Actuators>,
  tap: {
    readonly state?: (shown: Readonly<Record<string, unknown>>) => void
    readonly obeyed?: (command: Command, reply: Reply<State>) => void
  },
): Control<State, Reading, Actuators> {
  return {
    ...control,
    obey(state, command, at) {
      const reply = control.obey(state, command, at)
      tap.obeyed?.(command, reply)
      return reply
    },
    // Asked for after every step.
    actuators(state, at) {
      tap.state?.(control.properties(state, at))
      return control.actuators(state, at)
    },
  }
}
