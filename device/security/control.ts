// The security panel: watches by itself, with its own delays, siren and codes; the hub only asks. It never sees a code.
import * as v from 'valibot'
import { formatInstant } from '#contract/clock.ts'
import type { Zone } from '#contract/kinds.ts'
import type { JsonObject, PropertyPath, Value } from '#contract/property.ts'
import { instant, type Millis, type Moment, millis } from '#contract/time.ts'
import { type Command, type Control, done, type Reply, refuse, type Step } from '../control.ts'
import { LOCKOUT, LONGEST_LOCKOUT, type PanelConfig, WRONG_CODES, ZONES_REPORT_WITHIN } from './config.ts'
import type { PanelActuators, PanelReading } from './hardware.ts'
import { formatSaved, memoryOf, readSaved } from './restore.ts'
import { ARMED, type Armed, deadlineIn, isLockedOut, type PanelState, type Watch } from './state.ts'
import { blocking, logged, noting, raise, silentZones, timePassed, zoneSpoke } from './watch.ts'

type State = PanelState

export function createSecurityControl(config: PanelConfig): Control<State, PanelReading, PanelActuators> {
  return {
    kind: 'security',
    begin: (saved, at) => begun(saved, config, at),
    hear: (state, reading, at) => after(timePassed(state, config, at), (now) => heard(now, reading, config, at)),
    obey: (state, command, at) => {
      const passed = timePassed(state, config, at)
      const reply = obeyed(passed.state, command, config, at)
      return { ...reply, announce: [...(passed.announce ?? []), ...(reply.announce ?? [])] }
    },
    tick: (state, at) => timePassed(state, config, at),
    dueAt,
    actuators: ({ watch }) => ({ siren: watch.phase === 'triggered', buzzer: buzzerOf(watch) }),
    properties: (state, at) => properties(state, config, at),
    alerts: (state, at) => ({
      tamper: state.tamper ? 'The housing of the panel or of a detector is open.' : undefined,
      codes: isLockedOut(state, at.uptime) ? 'Too many wrong codes: none is taken for a while.' : undefined,
      zones: wordsForSilence(silentZones(state, config)),
      siren: state.sirenObeys ? undefined : 'The siren cannot be switched: look at its wires.',
    }),
    saved: formatSaved,
  }
}

/** A power cut is in the log by what follows it; what time did meanwhile is said once somebody can hear it. */
function begun(saved: unknown, config: PanelConfig, at: Moment): State {
  const woken = readSaved(saved, at)
  const { watch } = woken
  const state = watch.phase === 'armed' ? watch.mode : watch.phase
  const started = noting('started', { state, memory: memoryOf(saved) }, at)
  const step = timePassed(woken, config, at)
  return { ...step.state, unsaid: [started, ...(step.announce ?? [])] }
}

function after(first: Step<State>, then: (state: State) => Step<State>): Step<State> {
  const second = then(first.state)
  return { state: second.state, announce: [...(first.announce ?? []), ...(second.announce ?? [])] }
}

function heard(state: State, reading: PanelReading, config: PanelConfig, at: Moment): Step<State> {
  if (reading.type === 'zone') return zoneSpoke(state, config, reading.zone, reading.open, at)
  if (reading.type === 'siren') {
    const event = reading.obeys ? 'siren_restored' : 'siren_fault'
    return { state: { ...state, sirenObeys: reading.obeys }, announce: [noting(event, {}, at)] }
  }
  if (reading.open === state.tamper) return { state }
  const next = { ...state, tamper: reading.open }
  if (!reading.open) return { state: next, announce: [noting('tamper_restored', {}, at)] }
  // Somebody works on the wires: also while disarmed it is said, and while armed it is an alarm.
  const said = logged(next, 'tamper', {}, { at })
  return state.watch.phase === 'disarmed' ? said : after(said, (now) => raise(now, config, 'tamper', at))
}

const ACTIONS = ['ARM_HOME', 'ARM_AWAY', 'ARM_NIGHT', 'ARM_VACATION', 'DISARM', 'TRIGGER'] as const
/** What codes.ts makes of the payload. */
const wanted = v.object({
  action: v.picklist(ACTIONS),
  codeCheck: v.picklist(['valid', 'duress', 'invalid', 'absent']),
  codeSet: v.boolean(),
  force: v.optional(v.boolean(), false),
  user: v.optional(v.string()),
  from: v.optional(v.picklist(['device', 'hub'])),
})
type Wanted = v.InferOutput<typeof wanted>

function obeyed(state: State, command: Command, config: PanelConfig, at: Moment): Reply<State> {
  if (command.path === 'panel/command') return commanded(state, command.value, config, at)
  const [zone = '', property] = command.path.split('/')
  if (property !== 'bypass' || !config.zones.some(({ id }) => id === zone)) {
    return { state, ack: refuse('unknown_property', `${command.path} is not a property of this panel`) }
  }
  // Leaving a zone out while it is watched would be disarming without a code.
  if (state.watch.phase !== 'disarmed') return { state, ack: refuse('not_now', 'zones are bypassed while disarmed') }
  const others = state.bypassed.filter((id) => id !== zone)
  const bypassed = command.value === true ? [...others, zone] : others
  if (bypassed.length === state.bypassed.length) return { state, ack: done }
  const event = command.value === true ? 'bypassed' : 'bypass_ended'
  return { state: { ...state, bypassed }, announce: [noting(event, { zones: [zone] }, at)], ack: done }
}

function commanded(state: State, value: Value, config: PanelConfig, at: Moment): Reply<State> {
  const read = v.safeParse(wanted, value)
  if (!read.success) return { state, ack: refuse('invalid', `action must be one of ${ACTIONS.join(', ')}`) }
  const order = read.output
  switch (order.action) {
    case 'TRIGGER':
      return { ...raise(state, config, 'panic', at), ack: done }
    case 'DISARM':
      return withCode(state, order, at, (known) => disarm(known, order, at))
    default:
      return arm(state, order, config, at)
  }
}

/**
 * Lets only a right code through. Wrong, missing and locked out look the same: an answer that told them apart would help guessing.
 */
function withCode(state: State, order: Wanted, at: Moment, then: (state: State) => Reply<State>): Reply<State> {
  const { codeCheck } = order
  const noted = whoOf(order)
  if (isLockedOut(state, at.uptime)) return { state, ack: refused }
  if (codeCheck === 'valid' || codeCheck === 'duress') {
    const free = { ...state, wrongCodes: 0, lockouts: 0, locked: undefined }
    return codeCheck === 'duress' ? underDuress(then({ ...free, duress: state.duress + 1 }), noted, at) : then(free)
  }
  if (codeCheck === 'absent') return { state, ack: refused }
  const wrongCodes = state.wrongCodes + 1
  if (wrongCodes < WRONG_CODES)
    return { ...logged({ ...state, wrongCodes }, 'wrong_code', {}, { at, noted }), ack: refused }
  const length = millis(Math.min(LOCKOUT * 2 ** state.lockouts, LONGEST_LOCKOUT))
  const locked = { ...state, wrongCodes: 0, lockouts: state.lockouts + 1, locked: deadlineIn(length, at) }
  return { ...logged(locked, 'locked_out', { seconds: length / 1000 }, { at, noted }), ack: refused }
}

/** To whoever stands beside, nothing is different: the same answer, the same events with the same numbers. One more, which only owners hear. */
function underDuress(reply: Reply<State>, noted: JsonObject, at: Moment): Reply<State> {
  const silent = { event_type: 'duress', at: formatInstant(at.wall) }
  return {
    ...reply,
    announce: [...(reply.announce ?? []), { path: 'panel/event', value: silent, silent: true, noted }],
  }
}

/** Whose code it was and where it came from, as far as it is known: for the panel's own log, since a name on the wire says too much. */
const whoOf = ({ user, from }: Wanted): JsonObject => ({ ...(user && { user }), ...(from && { from }) })

const refused = refuse('code_refused', 'the code is missing or not right, or codes are not taken at the moment')

function disarm(state: State, order: Wanted, at: Moment): Reply<State> {
  if (state.watch.phase === 'disarmed') return { state, ack: done }
  const disarmed: State = { ...state, watch: { phase: 'disarmed' }, bypassed: [] }
  return { ...logged(disarmed, 'disarmed', {}, { at, noted: whoOf(order) }), ack: done }
}

const MODES: Readonly<Record<Exclude<Wanted['action'], 'DISARM' | 'TRIGGER'>, Armed>> = {
  ARM_HOME: 'armed_home',
  ARM_AWAY: 'armed_away',
  ARM_NIGHT: 'armed_night',
  ARM_VACATION: 'armed_vacation',
}

function arm(state: State, order: Wanted, config: PanelConfig, at: Moment): Reply<State> {
  const { watch } = state
  if (order.action === 'DISARM' || order.action === 'TRIGGER') return { state, ack: refused }
  const target = MODES[order.action]
  const notNow = (why: string) => ({ state, ack: refuse('not_now', why) })
  if (!order.codeSet) return { state, ack: refuse('no_code_set', 'the panel has no code yet: nobody could disarm it') }
  if (watch.phase === 'armed' && watch.mode === target) return { state, ack: done }
  if (watch.phase === 'arming' && watch.target === target) return { state, ack: done }
  // Nobody who leaves is overtaken by somebody who would have less watched, nor by one who begins the delay again and again.
  if (watch.phase === 'arming') {
    if (isWeaker(target, watch.target)) return notNow('disarm it first')
    return { state: { ...state, watch: { ...watch, target, force: order.force } }, ack: done }
  }
  // From one armed mode to a weaker one would be half a disarming.
  if (watch.phase !== 'disarmed') return notNow('disarm it first')
  if (!haveReported(state, config)) return notNow('zones have not reported since power-on')
  const open = blocking(config, state, target).filter(
    (id) => !config.zones.some((zone) => zone.id === id && zone.entry),
  )
  if (open.length > 0 && !order.force) {
    const step = logged(state, 'failed_to_arm', { zones: [...open] }, { at, noted: whoOf(order) })
    return { ...step, ack: refuse('open_zones', `open: ${open.join(', ')}`) }
  }
  // Whoever stays in needs no time to get out.
  const staysIn = target === 'armed_home' || target === 'armed_night'
  const deadline = deadlineIn(staysIn ? millis(0) : config.exitDelay, at)
  const arming: State = {
    ...state,
    watch: { phase: 'arming', target, deadline, left: false, restarted: false, force: order.force },
  }
  const begins = noting('arming', { mode: target, ...(order.force && { force: true }), ...whoOf(order) }, at)
  return { ...after({ state: arming, announce: [begins] }, (now) => timePassed(now, config, at)), ack: done }
}

/** With people at home less is watched. */
const isWeaker = (mode: Armed, than: Armed): boolean => watchesAll(than) && !watchesAll(mode)
const watchesAll = (mode: Armed): boolean => mode === 'armed_away' || mode === 'armed_vacation'

/** All zones but the bypassed have spoken, or had a minute for it and are known from before. */
function haveReported({ open, openBefore, bypassed, hadTime }: State, { zones }: PanelConfig): boolean {
  return zones.every(({ id }) => id in open || bypassed.includes(id) || (hadTime && id in openBefore))
}

const wordsForSilence = (zones: readonly Zone[]): string | undefined =>
  zones.length === 0 ? undefined : `Nothing is heard of: ${zones.map(({ name }) => name).join(', ')}.`

function dueAt({ watch, locked, bootedAt, hadTime, unsaid }: State): Millis | undefined {
  const times = [
    unsaid.length > 0 ? bootedAt : undefined,
    'deadline' in watch ? watch.deadline.at : undefined,
    locked?.at,
    hadTime ? undefined : bootedAt + ZONES_REPORT_WITHIN,
  ].filter((time) => time !== undefined)
  return times.length === 0 ? undefined : millis(Math.min(...times))
}

function buzzerOf(watch: Watch): PanelActuators['buzzer'] {
  if (watch.phase === 'arming') return 'exit'
  return watch.phase === 'pending' ? 'entry' : 'off'
}

function properties(state: State, config: PanelConfig, at: Moment): Readonly<Record<PropertyPath, Value>> {
  const { watch, open, bypassed, tamper } = state
  const ready = haveReported(state, config)
  const openZones = config.zones.filter(({ id }) => open[id] === true).map(({ id }) => id)
  const zones = config.zones.flatMap(({ id }): [PropertyPath, Value][] => [
    ...(id in open ? [[`${id}/open`, open[id] === true] as [PropertyPath, Value]] : []),
    [`${id}/bypass`, bypassed.includes(id)],
  ])
  const entry = new Set(config.zones.filter((zone) => zone.entry).map(({ id }) => id))
  const canArm = (mode: Armed) => ready && blocking(config, state, mode).every((id) => entry.has(id))
  return {
    'panel/state': watch.phase === 'armed' ? watch.mode : watch.phase,
    'panel/transition': transitionOf(watch, at),
    'panel/ready': Object.fromEntries(ARMED.map((mode) => [mode, canArm(mode)])),
    'panel/open': openZones,
    'panel/bypassed': [...bypassed],
    'panel/siren': watch.phase === 'triggered',
    'panel/tamper': tamper,
    ...Object.fromEntries(zones),
  }
}

/** What comes next, and when on the wall clock: for people to count down, never for deciding. */
function transitionOf(watch: Watch, { wall, uptime }: Moment): Value {
  if (!('deadline' in watch)) return {}
  const next =
    watch.phase === 'arming' ? watch.target : watch.phase === 'pending' ? 'triggered' : (watch.mode ?? 'disarmed')
  // To the second, so that it does not change with every step.
  const at = Math.round((wall + watch.deadline.at - uptime) / 1000) * 1000
  return { next, deadline: formatInstant(instant(at)), cause: 'cause' in watch ? watch.cause : 'exit' }
}
