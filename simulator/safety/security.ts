// What a security panel must never do: become weaker by itself, or keep quiet about somebody who came in.
import { type Millis, minutes, seconds } from '#contract/time.ts'
import type { Armed } from '../../device/security/state.ts'
import type { Rule } from './rule.ts'

export interface SecurityView {
  readonly powered: boolean
  readonly siren: boolean
  /** What the panel said last of its state over MQTT; undefined before it said anything. */
  readonly said: string | undefined
  /** Whether what it says reaches the broker at present. */
  readonly heard: boolean
  /** Right codes that were typed with DISARM so far, at the panel or from a phone. */
  readonly disarms: number
  /** Zones that are really open, and those of them that are watched in the mode the panel is in. */
  readonly open: readonly string[]
  readonly openWatched: readonly string[]
  readonly entryDelay: Millis
  readonly sirenTime: Millis
}

const isArmed = (state: string | undefined): state is Armed => state?.startsWith('armed_') === true
const GRACE = seconds(5)
/** Far more than a relay takes: a siren that nobody ends is meant. */
const SIREN_GRACE = minutes(1)

export const SECURITY_RULES: readonly Rule<SecurityView>[] = [
  {
    name: 'panel: armed, it is disarmed by a right code and by nothing else',
    watch: () => {
      let was: string | undefined
      let guarded = false
      let disarms = 0
      return ({ said, disarms: now }) => {
        if (said === was) return undefined
        const [before, weaker, used] = [was, guarded && said === 'disarmed', now > disarms]
        was = said
        disarms = now
        // Through the delay and the alarm it stays what it was: an alarm that ends leaves it armed, unless it was raised while disarmed.
        if (said !== 'pending' && said !== 'triggered') guarded = isArmed(said)
        return weaker && !used ? `it went from ${before} to disarmed without a code` : undefined
      }
    },
  },
  {
    name: 'panel: an intrusion is an alarm when the entry delay ends',
    watch: () => {
      let openSince: Millis | undefined
      let disarms = 0
      let unpowered: Millis | undefined
      /** What stands open since an alarm was given for it is no other intrusion. */
      let alarmed: readonly string[] = []
      return ({ powered, siren, open, openWatched, disarms: now, entryDelay }, uptime) => {
        if (!powered) unpowered = uptime
        if (now > disarms || siren) {
          disarms = now
          openSince = undefined
          alarmed = open
          return undefined
        }
        alarmed = alarmed.filter((zone) => open.includes(zone))
        // Who came and went while there was no power was seen by nothing.
        if (powered && openWatched.some((zone) => !alarmed.includes(zone))) openSince ??= uptime
        if (!powered || openSince === undefined) return undefined
        // What a cut of the power took away is made up for after it.
        const counted = Math.max(openSince, unpowered ?? 0)
        const late = uptime - counted > entryDelay + GRACE
        return late ? `it has been silent for ${Math.round((uptime - counted) / 1000)} s` : undefined
      }
    },
  },
  {
    name: 'panel: the siren ends',
    watch: () => {
      let since: Millis | undefined
      return ({ siren, sirenTime }, uptime) => {
        since = siren ? (since ?? uptime) : undefined
        if (since === undefined || uptime - since <= sirenTime + SIREN_GRACE) return undefined
        return `it has sounded for ${Math.round((uptime - since) / 1000)} s`
      }
    },
  },
]
