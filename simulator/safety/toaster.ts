// What a toaster must never do. Fire is the reason for each.
import { type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { heldFor, type Rule } from './rule.ts'

export interface ToasterView {
  readonly powered: boolean
  readonly heating: boolean
  readonly relayWelded: boolean
  readonly carriage: 'up' | 'down'
  readonly caseCelsius: number
  /** When somebody at the toaster last allowed a start from afar, and when the lever was last lifted. */
  readonly allowedAt: Millis | undefined
  readonly liftedAt: Millis | undefined
  /** Cycles begun from afar so far, and when the last one was. */
  readonly remoteStarts: number
  /** Whether it says that it is at fault. */
  readonly fault: boolean
}

/** The longest cycle of all, and a fifth. */
const LONGEST = seconds(360)

export const TOASTER_RULES: readonly Rule<ToasterView>[] = [
  {
    name: 'toaster: the heater is off while the carriage is up',
    watch: () => {
      const tooLong = heldFor(seconds(1))
      return ({ heating, carriage, relayWelded }, uptime) =>
        tooLong(heating && carriage === 'up' && !relayWelded, uptime) ? 'it heats with the carriage up' : undefined
    },
  },
  {
    name: 'toaster: no cycle heats longer than six minutes',
    watch: () => {
      const tooLong = heldFor(LONGEST)
      return ({ heating, relayWelded }, uptime) =>
        tooLong(heating && !relayWelded, uptime) ? 'it has heated for six minutes' : undefined
    },
  },
  {
    name: 'toaster: a start from afar needs somebody who was there',
    watch: () => {
      let seen = 0
      let used: Millis | undefined
      return ({ remoteStarts, allowedAt, liftedAt }, uptime) => {
        if (remoteStarts === seen) return undefined
        const several = remoteStarts - seen > 1
        seen = remoteStarts
        if (allowedAt === undefined || uptime - allowedAt > minutes(10)) return 'nobody allowed it within ten minutes'
        if (liftedAt !== undefined && liftedAt > allowedAt) return 'the carriage was up since it was allowed'
        const again = several || used === allowedAt
        used = allowedAt
        return again ? 'one permission was used twice' : undefined
      }
    },
  },
  {
    name: 'toaster: cold after power comes back',
    watch: () => {
      let powered = true
      let backAt: Millis | undefined
      return ({ powered: now, heating, relayWelded }, uptime) => {
        if (now && !powered) backAt = uptime
        powered = now
        const atOnce = backAt !== undefined && uptime - backAt < seconds(1)
        if (!now && heating && !relayWelded) return 'it heats without power'
        return atOnce && heating && !relayWelded ? 'it heats by itself' : undefined
      }
    },
  },
  {
    name: 'toaster: at fault it heats nothing',
    watch: () => {
      const tooLong = heldFor(millis(1500))
      return ({ fault, heating, relayWelded }, uptime) =>
        tooLong(fault && heating && !relayWelded, uptime) ? 'it is at fault and heats' : undefined
    },
  },
]
