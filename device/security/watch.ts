// What zones and time do to a panel. Commands are in control.ts.
import { formatInstant } from '#contract/clock.ts'
import type { JsonObject } from '#contract/property.ts'
import { type Moment, millis } from '#contract/time.ts'
import type { Announcement, Step } from '../control.ts'
import { FINAL_DOOR, type PanelConfig, type PanelZone, ZONES_REPORT_WITHIN } from './config.ts'
import { type Armed, deadlineIn, type PanelState, type Watch } from './state.ts'

/** One event: numbered, timed, and never with a code in it. What is `noted` beside it stays in the panel's own log. */
export function logged(
  state: PanelState,
  eventType: string,
  facts: JsonObject,
  { at, noted }: { readonly at: Moment; readonly noted?: JsonObject },
): Step<PanelState> {
  const sequence = state.sequence + 1
  const value = { event_type: eventType, seq: sequence, at: formatInstant(at.wall), ...facts }
  const announcement: Announcement = { path: 'panel/event', value, ...(noted && { noted }) }
  return { state: { ...state, sequence }, announce: [announcement] }
}

/** An event for the panel's own log alone. It has no number: whoever is sent the others would miss one. */
export const noting = (eventType: string, facts: JsonObject, at: Moment): Announcement => ({
  path: 'panel/event',
  value: { event_type: eventType, at: formatInstant(at.wall), ...facts },
  local: true,
})

/** Whether this zone is watched in this mode. */
export const isWatched = (zone: PanelZone, mode: Armed): boolean =>
  !(zone.interior && (mode === 'armed_home' || mode === 'armed_night'))

const watchedZones = ({ zones }: PanelConfig, { bypassed }: PanelState, mode: Armed): readonly PanelZone[] =>
  zones.filter((zone) => isWatched(zone, mode) && !bypassed.includes(zone.id))

/** Zones that stand in the way of arming: open, and not on the way out. */
export function blocking(config: PanelConfig, state: PanelState, mode: Armed): readonly string[] {
  const open = watchedZones(config, state, mode).filter(({ id }) => state.open[id] === true)
  return open.map(({ id }) => id)
}

export function raise(state: PanelState, config: PanelConfig, cause: string, at: Moment): Step<PanelState> {
  const { watch } = state
  // Another zone in a running alarm does not make the siren longer.
  if (watch.phase === 'triggered') return { state }
  const mode =
    watch.phase === 'armed' || watch.phase === 'pending'
      ? watch.mode
      : watch.phase === 'arming'
        ? watch.target
        : undefined
  const triggered: Watch = { phase: 'triggered', mode, cause, deadline: deadlineIn(config.sirenTime, at) }
  return logged({ ...state, watch: triggered }, 'triggered', { zones: [cause] }, { at })
}

/** A zone spoke. What it had said before the power cut counts: a door opened meanwhile was opened. */
export function zoneSpoke(
  state: PanelState,
  config: PanelConfig,
  id: string,
  open: boolean,
  at: Moment,
): Step<PanelState> {
  const zone = config.zones.find((known) => known.id === id)
  if (zone === undefined) return { state }
  const before = state.open[id] ?? state.openBefore[id]
  const next: PanelState = { ...state, open: { ...state.open, [id]: open } }
  const late = state.hadTime && !(id in state.open) ? [noting('zone_heard', { zones: [id] }, at)] : []
  if (before === open || state.bypassed.includes(id)) return { state: next, announce: late }
  const step = open ? opened(next, config, zone, at) : closed(next, config, zone, at)
  return { ...step, announce: [...late, ...(step.announce ?? [])] }
}

function opened(state: PanelState, config: PanelConfig, zone: PanelZone, at: Moment): Step<PanelState> {
  const { watch } = state
  if (zone.always) return raise(state, config, zone.id, at)
  switch (watch.phase) {
    case 'armed':
      if (!isWatched(zone, watch.mode)) return { state }
      return zone.entry ? entered(state, config, watch.mode, zone.id, at) : raise(state, config, zone.id, at)
    case 'pending':
      // On the way in the entry route and what lies inside may be passed; a window may not.
      return zone.entry || zone.interior || !isWatched(zone, watch.mode) ? { state } : raise(state, config, zone.id, at)
    case 'arming':
      return zone.entry ? leaving(state, config, watch, at) : { state }
    default:
      return { state }
  }
}

function entered(state: PanelState, config: PanelConfig, mode: Armed, cause: string, at: Moment): Step<PanelState> {
  const watch: Watch = { phase: 'pending', mode, cause, deadline: deadlineIn(config.entryDelay, at) }
  return logged({ ...state, watch }, 'entry', { zones: [cause] }, { at })
}

/** The door opens during the exit delay: somebody leaves. Opens it again: they forgot something, and get the time once more, once. */
function leaving(
  state: PanelState,
  config: PanelConfig,
  watch: Extract<Watch, { phase: 'arming' }>,
  at: Moment,
): Step<PanelState> {
  if (!watch.left) return { state: { ...state, watch: { ...watch, left: true } } }
  if (watch.restarted) return { state }
  return { state: { ...state, watch: { ...watch, restarted: true, deadline: deadlineIn(config.exitDelay, at) } } }
}

/** The last door closes behind somebody who left: armed soon, without the rest of the delay. */
function closed(state: PanelState, _config: PanelConfig, zone: PanelZone, at: Moment): Step<PanelState> {
  const { watch } = state
  if (watch.phase !== 'arming' || !zone.entry || !watch.left) return { state }
  const soon = millis(at.uptime + FINAL_DOOR)
  if (watch.deadline.at <= soon) return { state }
  return { state: { ...state, watch: { ...watch, deadline: deadlineIn(FINAL_DOOR, at) } } }
}

/** What time alone brings: the end of a delay, of a lock-out, and of the zones' time to report. */
export function timePassed(state: PanelState, config: PanelConfig, at: Moment): Step<PanelState> {
  const { watch, locked, unsaid } = state
  const hadTime = state.hadTime || at.uptime >= state.bootedAt + ZONES_REPORT_WITHIN
  const next: PanelState = {
    ...state,
    hadTime,
    locked: locked !== undefined && at.uptime >= locked.at ? undefined : locked,
    unsaid: [],
  }
  const silent = hadTime && !state.hadTime ? silentZones(next, config).map(({ id }) => id) : []
  const before = silent.length === 0 ? unsaid : [...unsaid, noting('zones_silent', { zones: silent }, at)]
  if (!('deadline' in watch) || at.uptime < watch.deadline.at) return { state: next, announce: before }
  const step = delayEnded(next, config, watch, at)
  return { ...step, announce: [...before, ...(step.announce ?? [])] }
}

/** Zones that have said nothing since power-on, though they had a minute for it. */
export const silentZones = ({ open, hadTime }: PanelState, { zones }: PanelConfig): readonly PanelZone[] =>
  hadTime ? zones.filter(({ id }) => !(id in open)) : []

type Delayed = Extract<Watch, { deadline: unknown }>

function delayEnded(state: PanelState, config: PanelConfig, watch: Delayed, at: Moment): Step<PanelState> {
  switch (watch.phase) {
    case 'arming':
      return armNow(state, config, watch, at)
    case 'pending':
      return raise(state, config, watch.cause, at)
    case 'triggered': {
      // The siren ends; the watch goes on.
      const quiet: Watch = watch.mode === undefined ? { phase: 'disarmed' } : { phase: 'armed', mode: watch.mode }
      return logged({ ...state, watch: quiet }, 'restored', { zones: [watch.cause] }, { at })
    }
  }
}

function armNow(
  state: PanelState,
  config: PanelConfig,
  watch: Extract<Watch, { phase: 'arming' }>,
  at: Moment,
): Step<PanelState> {
  const { target, force } = watch
  const open = blocking(config, state, target)
  if (open.length > 0 && !force) {
    return logged({ ...state, watch: { phase: 'disarmed' } }, 'failed_to_arm', { zones: [...open] }, { at })
  }
  const armed: PanelState = {
    ...state,
    watch: { phase: 'armed', mode: target },
    bypassed: [...state.bypassed, ...open],
  }
  return logged(armed, 'armed', { mode: target, zones: [...open] }, { at })
}
