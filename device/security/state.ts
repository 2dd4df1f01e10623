// The panel's state. What keeps intruders out survives a power cut whole.

import type { Instant, Millis, Moment } from '#contract/time.ts'
import { millis } from '#contract/time.ts'
import type { Announcement } from '../control.ts'

export const ARMED = ['armed_home', 'armed_away', 'armed_night', 'armed_vacation'] as const
export type Armed = (typeof ARMED)[number]

/** A point on the monotonic clock, with what is needed to find it again after a power cut. */
export interface Deadline {
  readonly at: Millis
  readonly length: Millis
  /** The wall clock when it was set. */
  readonly setAt: Instant
}

export const deadlineIn = (length: Millis, { wall, uptime }: Moment): Deadline => ({
  at: millis(uptime + length),
  length,
  setAt: wall,
})

export type Watch =
  | { readonly phase: 'disarmed' }
  | {
      readonly phase: 'arming'
      readonly target: Armed
      readonly deadline: Deadline
      /** Somebody went out through an entry zone. */
      readonly left: boolean
      /** The delay was begun again for somebody who came back in; it is done once. */
      readonly restarted: boolean
      /** Zones open at the end are left out instead of spoiling it. */
      readonly force: boolean
    }
  | { readonly phase: 'armed'; readonly mode: Armed }
  | { readonly phase: 'pending'; readonly mode: Armed; readonly deadline: Deadline; readonly cause: string }
  /** `mode` undefined: it was disarmed when a 24-hour zone, the housing or a person raised the alarm. */
  | {
      readonly phase: 'triggered'
      readonly mode: Armed | undefined
      readonly deadline: Deadline
      readonly cause: string
    }

export interface PanelState {
  readonly watch: Watch
  /** What each zone said last; one that said nothing since power-on is missing. */
  readonly open: Readonly<Record<string, boolean>>
  /** What each zone had said before the power went. */
  readonly openBefore: Readonly<Record<string, boolean>>
  readonly bypassed: readonly string[]
  readonly tamper: boolean
  /** Whether what the siren is told arrives. */
  readonly sirenObeys: boolean
  readonly wrongCodes: number
  /** Codes are not looked at before this. */
  readonly locked: Deadline | undefined
  /** Lock-outs since the last right code; each is twice as long as the one before. */
  readonly lockouts: number
  readonly bootedAt: Millis
  /** Whether every zone has had its time to report since power-on. */
  readonly hadTime: boolean
  /** Numbers the events; rises over restarts. */
  readonly sequence: number
  /** What happened before anybody could hear it: said with the next step. */
  readonly unsaid: readonly Announcement[]
  /** Right codes given under duress; for the log, never for the screen. */
  readonly duress: number
}

export const fresh = (uptime: Millis): PanelState => ({
  watch: { phase: 'disarmed' },
  open: {},
  openBefore: {},
  bypassed: [],
  tamper: false,
  sirenObeys: true,
  wrongCodes: 0,
  locked: undefined,
  lockouts: 0,
  bootedAt: uptime,
  hadTime: false,
  sequence: 0,
  unsaid: [],
  duress: 0,
})

export const isLockedOut = ({ locked }: PanelState, uptime: Millis): boolean =>
  locked !== undefined && uptime < locked.at
