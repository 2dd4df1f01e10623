// A hold keeps what was chosen by hand from the schedule: until a time, or until somebody lets go of it.
import * as v from 'valibot'
import { formatInstant, parseInstant } from '#contract/clock.ts'
import type { Value } from '#contract/property.ts'
import type { Instant } from '#contract/time.ts'
import { type Ack, refuse } from '../control.ts'
import type { Hold, Settings } from './state.ts'

const wantedHold = v.object({
  until: v.optional(v.string()),
  indefinite: v.optional(v.boolean()),
  id: v.optional(v.string()),
})

/** The settings after a command to hold, or to let go. */
export function withHold(settings: Settings, value: Value, wall: Instant): Settings | Ack {
  const read = v.safeParse(wantedHold, value)
  if (!read.success) return refuse('invalid', 'hold must be {}, {"indefinite":true} or {"until":"<RFC 3339>"}')
  const { until, indefinite } = read.output
  // Whoever lets go of a hold wants the schedule back, and now.
  const released = { ...settings, hold: { type: 'none' }, scheduledSince: undefined } as const
  if (until === undefined) return indefinite === true ? { ...settings, hold: { type: 'indefinite' } } : released
  const end = parseInstant(until)
  if (end === undefined) return refuse('invalid', 'until must be a time as RFC 3339 writes it')
  if (end <= wall) return refuse('out_of_range', 'until must lie in the future')
  // A hold that is made longer brings back what the first one would have.
  const resume = settings.hold.type === 'until' ? settings.hold.resume : settings.preset
  return { ...settings, hold: { type: 'until', until: end, resume } }
}

/** The settings at `wall`: a hold that is over brings back what was before it. */
export function endHold(settings: Settings, wall: Instant): Settings {
  const { hold } = settings
  if (hold.type !== 'until' || wall < hold.until) return settings
  return { ...settings, hold: { type: 'none' }, preset: hold.resume, scheduledSince: undefined }
}

/** As `climate/hold` shows it. */
export function formatHold(hold: Hold): Value {
  if (hold.type === 'until') return { until: formatInstant(hold.until) }
  return hold.type === 'indefinite' ? { indefinite: true } : {}
}
