// How a panel is set up: its zones and delays.
import type { Zone } from '#contract/kinds.ts'
import { type Millis, minutes, seconds } from '#contract/time.ts'

export interface PanelZone extends Zone {
  /** On the way in and out: opens a delay instead of the alarm. */
  readonly entry?: true
  /** Inside: not watched while people are home or asleep. */
  readonly interior?: true
  /** Watched also while disarmed (smoke, panic, water). */
  readonly always?: true
}

export interface PanelConfig {
  readonly zones: readonly PanelZone[]
  /** SIA CP-01: 45 to 255 s, by default 60 s. */
  readonly exitDelay: Millis
  /** SIA CP-01: 30 s to 4 min, by default 30 s. */
  readonly entryDelay: Millis
  /** EN 50131-1: a sounder ends after 2 to 15 minutes. */
  readonly sirenTime: Millis
}

export const DEFAULT_CONFIG: PanelConfig = {
  zones: [
    { id: 'front-door', name: 'Front door', sensor: 'door', entry: true },
    { id: 'back-door', name: 'Back door', sensor: 'door' },
    { id: 'kitchen-window', name: 'Kitchen window', sensor: 'window' },
    { id: 'hall-motion', name: 'Hall', sensor: 'motion', interior: true },
  ],
  exitDelay: seconds(60),
  entryDelay: seconds(30),
  sirenTime: minutes(15),
}

/** The final door closed behind somebody: armed this soon after, without waiting for the rest of the exit delay. */
export const FINAL_DOOR = seconds(5)
/** A zone that has said nothing this long after power-on is at fault. */
export const ZONES_REPORT_WITHIN = seconds(60)
/** EN 50131-1 grade 2: three wrong codes, ninety seconds; doubled each time after. */
export const WRONG_CODES = 3
export const LOCKOUT = seconds(90)
export const LONGEST_LOCKOUT = minutes(60)
