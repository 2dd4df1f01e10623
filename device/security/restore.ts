// What of the panel's state is on disk, and the state after a power cut: never weaker than the one before it.
import * as v from 'valibot'
import type { JsonObject } from '#contract/property.ts'
import { instant, type Moment, millis } from '#contract/time.ts'
import { ARMED, type Deadline, fresh, type PanelState, type Watch } from './state.ts'

const armed = v.picklist(ARMED)
const deadline = v.object({ length: v.number(), setAt: v.number() })
type SavedDeadline = v.InferOutput<typeof deadline>

const saved = v.object({
  watch: v.variant('phase', [
    v.object({ phase: v.literal('disarmed') }),
    v.object({
      phase: v.literal('arming'),
      target: armed,
      deadline,
      left: v.boolean(),
      restarted: v.boolean(),
      force: v.boolean(),
    }),
    v.object({ phase: v.literal('armed'), mode: armed }),
    v.object({ phase: v.literal('pending'), mode: armed, deadline, cause: v.string() }),
    v.object({ phase: v.literal('triggered'), mode: v.nullable(armed), deadline, cause: v.string() }),
  ]),
  open: v.record(v.string(), v.boolean()),
  bypassed: v.array(v.string()),
  wrongCodes: v.number(),
  lockouts: v.number(),
  locked: v.nullable(deadline),
  sequence: v.number(),
  duress: v.number(),
})

export function formatSaved(state: PanelState): JsonObject {
  const { watch, locked, open, openBefore, bypassed, wrongCodes, lockouts, sequence, duress } = state
  return {
    watch: formatWatch(watch),
    // Doors that come and go while nobody watches are not worth a write to the card.
    open: watch.phase === 'disarmed' ? {} : { ...openBefore, ...open },
    bypassed,
    ...{ wrongCodes, lockouts, sequence, duress },
    locked: locked === undefined ? null : formatDeadline(locked),
  }
}

function formatWatch(watch: Watch): JsonObject {
  if (!('deadline' in watch)) return { ...watch }
  const timed = { ...watch, deadline: formatDeadline(watch.deadline) }
  return timed.phase === 'triggered' ? { ...timed, mode: timed.mode ?? null } : timed
}

const formatDeadline = ({ length, setAt }: Deadline): JsonObject => ({ length, setAt })

/** The state after power-on. `kept` undefined: it never ran before. */
export function readSaved(kept: unknown, at: Moment): PanelState {
  if (kept === undefined) return fresh(at.uptime)
  const read = v.safeParse(saved, kept)
  if (!read.success) return damaged(at)
  const { watch, open, locked, bypassed, wrongCodes, lockouts, sequence, duress } = read.output
  return {
    ...fresh(at.uptime),
    watch: restore(watch, at),
    openBefore: open,
    ...{ bypassed, wrongCodes, lockouts, sequence, duress },
    // All of it again: pulling the plug must not shorten it.
    locked:
      locked === null
        ? undefined
        : { at: millis(at.uptime + locked.length), length: millis(locked.length), setAt: at.wall },
  }
}

/** What is left of the time before the power went. */
export const memoryOf = (kept: unknown): 'new' | 'kept' | 'damaged' => {
  if (kept === undefined) return 'new'
  return v.is(saved, kept) ? 'kept' : 'damaged'
}

/** Nobody knows what it was, so it is what protects most; a right code ends it. */
const damaged = (at: Moment): PanelState => ({ ...fresh(at.uptime), watch: { phase: 'armed', mode: 'armed_away' } })

function restore(watch: v.InferOutput<typeof saved>['watch'], at: Moment): Watch {
  switch (watch.phase) {
    case 'disarmed':
    case 'armed':
      return watch
    // A clock that went backwards tells nothing. Delays that favour whoever is inside count as over; the siren begins again.
    case 'arming':
      return { ...watch, deadline: resume(watch.deadline, at, 0) }
    case 'pending':
      return { ...watch, deadline: resume(watch.deadline, at, 0) }
    case 'triggered':
      return { ...watch, mode: watch.mode ?? undefined, deadline: resume(watch.deadline, at, watch.deadline.length) }
  }
}

/** The deadline where it was; what is left of it where the wall clock went backwards. */
function resume({ length, setAt }: SavedDeadline, { wall, uptime }: Moment, leftIfUnknown: number): Deadline {
  const elapsed = wall - setAt
  const left = elapsed < 0 ? leftIfUnknown : Math.max(0, length - elapsed)
  return { at: millis(uptime + left), length: millis(length), setAt: instant(setAt) }
}
