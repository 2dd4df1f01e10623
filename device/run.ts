// The loop around a product's control: hardware on one side, disk and network on the other. It needs neither hub nor network to run.
import type { Logger } from 'pino'
import { CALLED_OFF, type Clock, momentOf } from '#contract/clock.ts'
import type { Kind } from '#contract/ids.ts'
import type { Zone } from '#contract/kinds.ts'
import type { JsonObject, PropertyPath, Value } from '#contract/property.ts'
import { type Millis, type Moment, millis } from '#contract/time.ts'
import { createComplaint } from './complaint.ts'
import {
  type Ack,
  type Announcement,
  type Command,
  type Control,
  type Hardware,
  type Origin,
  refuse,
  type Step,
} from './control.ts'
import { createQueue } from './queue.ts'
import { reasonOf } from './reason.ts'
import type { CodeBook } from './security/codes.ts'
import type { PanelLog } from './security/log.ts'

/** A kind of device, ready to run: which control on which hardware. */
export interface Product<State, Reading, Actuators> {
  readonly control: Control<State, Reading, Actuators>
  readonly hardware: Hardware<Reading, Actuators>
  /** The panel's zones; other kinds have none. */
  readonly zones?: readonly Zone[]
  /** A panel's codes; other kinds have none. */
  readonly codes?: CodeBook
  /** What a panel keeps of what happened, whoever else hears of it. */
  readonly log?: PanelLog
  /** Work that a pure control cannot do on a command before it sees it, such as checking a code. */
  readonly prepare?: (command: Command, from: Origin) => Promise<Command>
}

/** Where settings survive a power cut. */
export interface SettingsStore {
  load(): Promise<unknown>
  save(settings: JsonObject): Promise<void>
}

/** Whoever must know that the control still turns. */
export interface Watchdog {
  /** Told this often at the least. */
  readonly every: Millis
  /** Called after steps, and not once the clock, the queue, the control or the hardware hangs. */
  readonly alive: () => void
}

/** Hears what changed and what happened, or some of it; the link publishes it. */
export interface ProductListener {
  changed?(path: PropertyPath, value: Value): void
  happened?(announcement: Announcement): void
  /** `text` is undefined when the trouble is over. */
  alerted?(id: string, text: string | undefined): void
}

export interface RunningProduct extends AsyncDisposable {
  readonly kind: Kind
  readonly zones: readonly Zone[]
  /** Carries a command out. Resolves when its effect is on disk and on the hardware. */
  obey(command: Command): Promise<Ack>
  /** Every retained property as it is now. */
  properties(): ReadonlyMap<PropertyPath, Value>
  /** Every alert that there could be, with its text where there is one now. */
  alerts(): ReadonlyMap<string, string | undefined>
  /** Returns how to stop listening. */
  listen(listener: ProductListener): () => void
}

export async function runProduct<State, Reading, Actuators>(options: {
  readonly product: Product<State, Reading, Actuators>
  readonly settings: SettingsStore
  readonly watchdog?: Watchdog | undefined
  readonly clock: Clock
  readonly log: Logger
}): Promise<RunningProduct> {
  const { product, settings, watchdog, clock, log } = options
  const { control, hardware, zones = [], prepare = async (command) => command } = product
  const listeners = new Set<ProductListener>()
  const published = new Map<PropertyPath, Value>()
  const alerts = new Map<string, string | undefined>()
  let closed = false

  let state = control.begin(await settings.load(), momentOf(clock))
  let onDisk = ''
  let wake = () => {}
  // Each keeps its own order, and none waits for a later one: a disk that hangs holds up no step, and a command that is still
  // being prepared holds up neither a reading nor a deadline.
  const commands = createQueue()
  const steps = createQueue()
  const records = createQueue()

  const unanswered = createComplaint(log, 'hardware does not answer', 'error')
  const unkept = createComplaint(log, 'settings are not on disk', 'error')
  let answers = true
  const applyActuators = () => {
    try {
      hardware.apply(control.actuators(state, momentOf(clock)))
      answers = true
      unanswered.over()
    } catch (error) {
      answers = false
      unanswered.of(reasonOf(error))
    }
  }

  const save = async (wanted: JsonObject): Promise<Error | undefined> => {
    const text = JSON.stringify(wanted)
    if (text === onDisk) return undefined
    try {
      await settings.save(wanted)
      onDisk = text
      return undefined
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  /** The disk, then the world. What is saved is the newest there is: commands that came meanwhile share one write. */
  const record = async ({ state: then, announce = [] }: Step<State>, at: Moment): Promise<void> => {
    const unsaved = await save(control.saved(state))
    for (const [path, value] of Object.entries(control.properties(then, at)) as [PropertyPath, Value][]) {
      if (same(published.get(path), value)) continue
      published.set(path, value)
      for (const listener of listeners) listener.changed?.(path, value)
    }
    for (const [id, text] of Object.entries(control.alerts(then, at))) {
      if (alerts.has(id) && alerts.get(id) === text) continue
      alerts.set(id, text)
      for (const listener of listeners) listener.alerted?.(id, text)
    }
    for (const announcement of announce) {
      product.log?.note(announcement)
      for (const listener of listeners) listener.happened?.(announcement)
    }
    // What could not be saved is in force all the same: a full disk is no reason to let a room freeze. It is tried again with
    // the next step, and whoever gave the command is told.
    if (unsaved !== undefined) throw unsaved
  }
  /** Hardware at once, so that nothing waits for a disk before a heater goes off. `recorded` settles when the rest is done. */
  const take = <S extends Step<State>>(step: S): { readonly step: S; readonly recorded: Promise<void> } => {
    state = step.state
    const at = momentOf(clock)
    applyActuators()
    wake()
    return { step, recorded: records.add(() => record(step, at)) }
  }
  /** A step that nobody waits for. */
  const takeAlone = (step: () => Step<State>): Promise<void> =>
    steps
      .add(() => {
        take(step()).recorded.then(unkept.over, (error: unknown) => unkept.of(reasonOf(error)))
        // Here and nowhere else: the clock woke us, the queue moved, the control decided and the hardware took it.
        if (answers) watchdog?.alive()
      })
      .catch((err: unknown) => log.error({ err }, 'a step failed'))

  await takeAlone(() => ({ state }))
  await records.idle()
  const operate = async (command: Command, from: Origin): Promise<Ack> => {
    const { step, recorded } = await commands.add(async () => {
      const prepared = await prepare(command, from)
      return steps.add(() => take(control.obey(state, prepared, momentOf(clock))))
    })
    await recorded
    return step.ack
  }
  let fromAfar = 0
  /** Whoever stands at the device is not held up by a flood from afar: only so many of those wait before him. */
  const obey = async (command: Command): Promise<Ack> => {
    if (fromAfar >= MOST_WAITING) return refuse('busy', 'too many commands are waiting')
    fromAfar += 1
    return operate(command, 'hub').finally(() => {
      fromAfar -= 1
    })
  }
  hardware.listen(
    (reading) => {
      if (!closed) void takeAlone(() => control.hear(state, reading, momentOf(clock)))
    },
    (command) => operate(command, 'device'),
  )

  /** Sleeps until something is due, or until a step changed what is due. */
  const keepTime = async (): Promise<void> => {
    while (!closed) {
      const woken = new AbortController()
      const { signal } = woken
      wake = () => woken.abort(CALLED_OFF)
      const due = soonest(control.dueAt(state), watchdog && millis(clock.uptime() + watchdog.every))
      if (due === undefined) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      else await clock.sleep(millis(Math.max(0, due - clock.uptime())), signal).catch(() => {})
      if (!signal.aborted) await takeAlone(() => control.tick(state, momentOf(clock)))
    }
  }
  const timeKept = keepTime()

  return {
    kind: control.kind,
    zones,
    properties: () => published,
    alerts: () => alerts,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    obey,
    async [Symbol.asyncDispose]() {
      closed = true
      wake()
      await timeKept
      for (const queue of [commands, steps, records]) await queue.idle()
      await product.log?.close()
      await hardware[Symbol.asyncDispose]()
    },
  }
}

/** Commands from afar that wait at once; a code takes a Pi a tenth of a second each. */
const MOST_WAITING = 8

const soonest = (a: Millis | undefined, b: Millis | undefined): Millis | undefined =>
  a === undefined || b === undefined ? (a ?? b) : millis(Math.min(a, b))

const same = (a: Value | undefined, b: Value): boolean =>
  a === b || (typeof b === 'object' && a !== undefined && JSON.stringify(a) === JSON.stringify(b))
