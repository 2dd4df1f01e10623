// The loop around a product's control: hardware on one side, disk and network on the other. It needs neither hub nor network to run.
import type { Logger } from 'pino'
import { type Clock, momentOf } from '#contract/clock.ts'
import type { Kind } from '#contract/ids.ts'
import type { Zone } from '#contract/kinds.ts'
import type { JsonObject, PropertyPath, Value } from '#contract/property.ts'
import { millis } from '#contract/time.ts'
import type { Ack, Announcement, Command, Control, Hardware, Step } from './control.ts'

/** A kind of device, ready to run: which control on which hardware. */
export interface Product<State, Reading, Actuators> {
  readonly control: Control<State, Reading, Actuators>
  readonly hardware: Hardware<Reading, Actuators>
  /** The panel's zones; other kinds have none. */
  readonly zones?: readonly Zone[]
  /** Work that a pure control cannot do on a command before it sees it, such as checking a code. */
  readonly prepare?: (command: Command) => Promise<Command>
}

/** Where settings survive a power cut. */
export interface SettingsStore {
  load(): Promise<unknown>
  save(settings: JsonObject): Promise<void>
}

/** Hears what changed and what happened; the link publishes it. */
export interface ProductListener {
  changed(path: PropertyPath, value: Value): void
  happened(announcement: Announcement): void
}

export interface RunningProduct extends AsyncDisposable {
  readonly kind: Kind
  readonly zones: readonly Zone[]
  /** Carries a command out. Resolves when its effect is on disk and on the hardware. */
  obey(command: Command): Promise<Ack>
  /** Every retained property as it is now. */
  properties(): ReadonlyMap<PropertyPath, Value>
  /** Returns how to stop listening. */
  listen(listener: ProductListener): () => void
}

export async function runProduct<State, Reading, Actuators>(options: {
  readonly product: Product<State, Reading, Actuators>
  readonly settings: SettingsStore
  readonly clock: Clock
  readonly log: Logger
}): Promise<RunningProduct> {
  const { product, settings, clock, log } = options
  const { control, hardware, zones = [], prepare = async (command) => command } = product
  const listeners = new Set<ProductListener>()
  const published = new Map<PropertyPath, Value>()
  const closed = new AbortController()

  let state = control.begin(await settings.load(), momentOf(clock))
  let onDisk = ''
  let wake = () => {}
  // Steps are taken one after the other: a step that waits for the disk is not overtaken by the next.
  let queue: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(step: () => Promise<T>): Promise<T> => {
    const result = queue.then(step)
    queue = result.catch(() => {})
    return result
  }

  const applyActuators = () => {
    try {
      hardware.apply(control.actuators(state, momentOf(clock)))
    } catch (err) {
      log.error({ err }, 'hardware does not answer')
    }
  }

  const save = async (): Promise<Error | undefined> => {
    const wanted = control.saved(state)
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

  /** Hardware first, so that nothing waits for a disk before a heater goes off; then the disk; then the world. */
  const take = async (step: Step<State>): Promise<void> => {
    state = step.state
    applyActuators()
    const unsaved = await save()
    for (const [path, value] of Object.entries(control.properties(state, momentOf(clock))) as [PropertyPath, Value][]) {
      if (same(published.get(path), value)) continue
      published.set(path, value)
      for (const listener of listeners) listener.changed(path, value)
    }
    for (const announcement of step.announce ?? []) for (const listener of listeners) listener.happened(announcement)
    wake()
    // What could not be saved is in force all the same: a full disk is no reason to let a room freeze. It is tried again with
    // the next step, and whoever gave the command is told.
    if (unsaved !== undefined) throw unsaved
  }
  const tryTake = (step: () => Step<State>) =>
    inTurn(() => take(step())).catch((err: unknown) => log.error({ err }, 'settings are not on disk'))

  await take({ state })
  hardware.listen((reading) => {
    if (!closed.signal.aborted) void tryTake(() => control.hear(state, reading, momentOf(clock)))
  })

  /** Sleeps until something is due, or until a step changed what is due. */
  const keepTime = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      const changed = new AbortController()
      wake = () => changed.abort()
      const due = control.dueAt(state)
      const signal = AbortSignal.any([changed.signal, closed.signal])
      if (due === undefined) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      else await clock.sleep(millis(Math.max(0, due - clock.uptime())), signal).catch(() => {})
      if (!changed.signal.aborted && !closed.signal.aborted) await tryTake(() => control.tick(state, momentOf(clock)))
    }
  }
  const timeKept = keepTime()

  return {
    kind: control.kind,
    zones,
    properties: () => published,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    obey: (command) =>
      inTurn(async () => {
        const prepared = await prepare(command)
        const reply = control.obey(state, prepared, momentOf(clock))
        await take(reply)
        return reply.ack
      }),
    async [Symbol.asyncDispose]() {
      closed.abort()
      await timeKept
      await queue
      await hardware[Symbol.asyncDispose]()
    },
  }
}

const same = (a: Value | undefined, b: Value): boolean =>
  a === b || (typeof b === 'object' && a !== undefined && JSON.stringify(a) === JSON.stringify(b))
