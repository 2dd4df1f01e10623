// What a security panel must never do: become weaker by itself, or keep quiet about somebody who came in.
import { type Millis, minutes, seconds } from '#contract/time.ts'
import type { Armed } from '../../device/security/state.ts'
import { heldFor, type Rule } from './rule.ts'

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

export const SECURITY_RULES: readonly Rule<SecurityView>[] = [
  {
    name: 'panel: armed, it is disarmed by a right code and by nothing else',
    watch: () => {
      let before: string | undefined
      let disarms = 0
      return (view) => {
        const was = before
        const used = view.disarms > disarms
        before = view.said
        if (view.said === was) return undefined
        disarms = view.disarms
        const weaker = view.said === 'disarmed' && (isArmed(was) || was === 'pending')
        return weaker && !used ? `it went from ${was} to disarmed without a code` : undefined
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
      const tooLong = heldFor(minutes(16))
      return ({ siren }, uptime) => (tooLong(siren, uptime) ? 'it has sounded for 16 minutes' : undefined)
    },
  },
]
