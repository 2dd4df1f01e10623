// A panel without a world: the pure machine, driven by hand in virtual time.
import type { JsonObject } from '#contract/property.ts'
import { instant, type Moment, millis, seconds } from '#contract/time.ts'
import type { Ack, Step } from '../../../device/control.ts'
import { DEFAULT_CONFIG, type PanelConfig } from '../../../device/security/config.ts'
import { createSecurityControl } from '../../../device/security/control.ts'
import type { PanelReading } from '../../../device/security/hardware.ts'
import type { PanelState } from '../../../device/security/state.ts'

export const START: Moment = { wall: instant(Date.UTC(2030, 0, 1)), uptime: millis(0) }

export interface Panel {
  readonly state: PanelState
  readonly now: string
  readonly siren: boolean
  /** What the hub hears. */
  readonly events: readonly JsonObject[]
  /** What the panel's own log keeps. */
  readonly log: readonly JsonObject[]
  hear(reading: PanelReading): void
  open(zone: string): void
  shut(zone: string): void
  order(action: string, codeCheck?: string, more?: JsonObject): Ack
  bypass(zone: string, on: boolean): Ack
  /** Time passes; the machine is woken when it asked to be. */
  wait(seconds: number): void
  property(path: `${string}/${string}`): unknown
  /** The power goes, and comes back after `away` seconds; `wall` is what the clock says then, if not the truth. */
  powerCut(away: number, wall?: number, meanwhile?: { readonly opened: string }): void
}

export function createPanel(config: PanelConfig = DEFAULT_CONFIG, zonesReport = true): Panel {
  const control = createSecurityControl(config)
  let at = START
  let state = control.begin(undefined, at)
  let world: Record<string, boolean> = Object.fromEntries(config.zones.map(({ id }) => [id, false]))
  const events: JsonObject[] = []
  const log: JsonObject[] = []
  const take = (step: Step<PanelState>) => {
    state = step.state
    for (const { value, local, noted } of step.announce ?? []) {
      if (!local) events.push(value)
      log.push({ ...value, ...noted })
    }
  }
  const hear = (reading: PanelReading) => take(control.hear(state, reading, at))
  const report = () => {
    for (const [zone, open] of Object.entries(world)) hear({ type: 'zone', zone, open })
  }
  const move = (zone: string, open: boolean) => {
    world = { ...world, [zone]: open }
    hear({ type: 'zone', zone, open })
  }
  if (zonesReport) report()

  return {
    get state() {
      return state
    },
    get now() {
      return String(control.properties(state, at)['panel/state'])
    },
    get siren() {
      return control.actuators(state, at).siren
    },
    events,
    log,
    hear,
    open: (zone) => move(zone, true),
    shut: (zone) => move(zone, false),
    order(action, codeCheck = 'absent', more = {}) {
      const reply = control.obey(
        state,
        { path: 'panel/command', value: { action, codeCheck, codeSet: true, ...more } },
        at,
      )
      take(reply)
      return reply.ack
    },
    bypass(zone, on) {
      const reply = control.obey(state, { path: `${zone}/bypass`, value: on }, at)
      take(reply)
      return reply.ack
    },
    wait(length) {
      const end = at.uptime + seconds(length)
      for (;;) {
        const due = control.dueAt(state)
        if (due === undefined || due > end) break
        const step = Math.max(0, due - at.uptime)
        at = { wall: instant(at.wall + step), uptime: millis(at.uptime + step) }
        take(control.tick(state, at))
      }
      at = { wall: instant(at.wall + end - at.uptime), uptime: millis(end) }
      take(control.tick(state, at))
    },
    property: (path) => control.properties(state, at)[path],
    powerCut(away, wall = at.wall + seconds(away), meanwhile) {
      if (meanwhile !== undefined) world = { ...world, [meanwhile.opened]: true }
      // Through JSON, as the disk has it; uptime begins again.
      const kept: unknown = JSON.parse(JSON.stringify(control.saved(state)))
      at = { wall: instant(wall), uptime: millis(0) }
      state = control.begin(kept, at)
      report()
    },
  }
}
