// What a thermostat must never do, whatever happens to it (reference: generic_thermostat's sensor failures, EN 60730 in spirit).
import { hours, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { heldFor, type Rule } from './rule.ts'

export interface ThermostatView {
  readonly powered: boolean
  /** The relays as they really are. */
  readonly heating: boolean
  readonly cooling: boolean
  readonly relayWelded: boolean
  /** The air at the sensor, and what the sensor said last; undefined when it has said nothing that can be true for 15 minutes. */
  readonly airCelsius: number
  readonly saidCelsius: number | undefined
  /** Whether the sensor is broken in a way that no thermostat can notice: it says something believable. */
  readonly sensorLies: boolean
}

/** A step takes this long to be carried out at most: a reading, the control, the relay. */
const GRACE = seconds(60)

export const THERMOSTAT_RULES: readonly Rule<ThermostatView>[] = [
  {
    name: 'thermostat: never heats and cools together',
    watch: () => (view) => (view.heating && view.cooling ? 'both relays are closed' : undefined),
  },
  {
    name: 'thermostat: no heat at 35 °C and above',
    watch: () => {
      const tooLong = heldFor(GRACE)
      return ({ heating, saidCelsius, relayWelded }, uptime) =>
        tooLong(heating && !relayWelded && saidCelsius !== undefined && saidCelsius >= 35, uptime)
          ? `it heats at ${saidCelsius} °C`
          : undefined
    },
  },
  {
    name: 'thermostat: blind, it heats a tenth of the time at most',
    watch: () => {
      const blind = heldFor(minutes(16))
      const spells: { readonly from: Millis; to: Millis }[] = []
      return ({ heating, saidCelsius, relayWelded }, uptime) => {
        const isBlind = blind(saidCelsius === undefined, uptime)
        const last = spells.at(-1)
        if (heating && !relayWelded && isBlind) {
          if (last !== undefined && last.to === uptime) last.to = millis(-1)
          else if (last === undefined || last.to >= 0) spells.push({ from: uptime, to: millis(-1) })
        } else if (last !== undefined && last.to < 0) last.to = uptime
        if (!isBlind) spells.length = 0
        const since = uptime - hours(2)
        const on = spells.reduce(
          (sum, { from, to }) => sum + Math.max(0, (to < 0 ? uptime : to) - Math.max(from, since)),
          0,
        )
        // Of two hours, with one rhythm more than fits at their edges.
        return on > minutes(15) + GRACE
          ? `it heated ${Math.round(on / 60_000)} of the last 120 minutes without a sensor`
          : undefined
      }
    },
  },
  {
    name: 'thermostat: a room that freezes is heated',
    watch: () => {
      const neglected = heldFor(minutes(6))
      return ({ heating, saidCelsius, powered, relayWelded, sensorLies }, uptime) =>
        neglected(
          powered && !relayWelded && !sensorLies && saidCelsius !== undefined && saidCelsius <= 4.5 && !heating,
          uptime,
        )
          ? `it is ${saidCelsius} °C and nothing heats`
          : undefined
    },
  },
  {
    name: 'thermostat: the relay rests between switchings',
    watch: () => {
      let was: boolean | undefined
      let wasWelded = false
      let changedAt = millis(Number.NEGATIVE_INFINITY)
      return ({ heating, relayWelded }, uptime) => {
        // What moves a relay when its weld lets go is nobody's decision. Power that goes opens it, and that is a rest like any other.
        const own = !relayWelded && !wasWelded
        wasWelded = relayWelded
        if (was === heating) return undefined
        was = heating
        if (!own) return undefined
        const rested = uptime - changedAt
        changedAt = uptime
        return heating && rested < seconds(180) ? `it was off for only ${Math.round(rested / 1000)} s` : undefined
      }
    },
  },
  {
    name: 'thermostat: without power nothing heats',
    watch:
      () =>
      ({ powered, heating, cooling, relayWelded }) =>
        !powered && ((heating && !relayWelded) || cooling) ? 'a relay is closed' : undefined,
  },
]
