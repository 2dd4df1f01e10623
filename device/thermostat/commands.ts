// What a person may set, by a phone or a rule: the settings after a command.
import type { Instant } from '#contract/time.ts'
import { type Ack, type Command, refuse } from '../control.ts'
import { withHold } from './hold.ts'
import { hasBand, MIN_BAND, type Mode, type Preset, type Settings } from './state.ts'

/** The settings after a command, or why it is refused: values have their datatype and range already. */
export function change(settings: Settings, { path, value }: Command, wall: Instant): Settings | Ack {
  const { targetLow, targetHigh } = settings
  switch (path) {
    case 'climate/mode':
      return { ...settings, mode: value as Mode }
    case 'climate/preset':
      return { ...settings, preset: value as Preset, hold: { type: 'none' } }
    case 'climate/target':
      // Somebody turned the knob: what it shows now is what they want, until they choose a preset again.
      return { ...settings, target: Number(value), preset: 'none' }
    case 'climate/target-low':
      if (!hasBand(Number(value), targetHigh)) return tooClose
      return { ...settings, targetLow: Number(value) }
    case 'climate/target-high':
      if (!hasBand(targetLow, Number(value))) return tooClose
      return { ...settings, targetHigh: Number(value) }
    case 'climate/hold':
      return withHold(settings, value, wall)
    default:
      return refuse('unknown_property', `${path} is not a property of this thermostat`)
  }
}

const tooClose = refuse('out_of_range', `target-low must stay ${MIN_BAND} K below target-high`)
