// How the devices keep in step with each other out of the box. Pure: what a change of the home asks for, and what must be remembered.
import * as v from 'valibot'
import { type DeviceId, kindOf } from '#contract/ids.ts'
import { PRESETS } from '#contract/kinds.ts'
import type { PropertyPath } from '#contract/property.ts'
import type { DeviceModel, Home } from './model.ts'

/** A command the hub gives by its own authority. */
export interface HubCommand {
  readonly device: DeviceId
  readonly path: PropertyPath
  readonly payload: string
  readonly rule: 'away_with_the_panel' | 'home_with_the_panel' | 'alarm_stops_the_toaster'
}

/** The preset each thermostat had when the panel sent it away. Kept over a restart: people are away for weeks. */
export type Remembered = Readonly<Record<string, (typeof PRESETS)[number]>>
export const remembered: v.GenericSchema<Remembered> = v.record(v.string(), v.picklist(PRESETS))

export interface Reaction {
  readonly commands: readonly HubCommand[]
  readonly remembered: Remembered
}

/** A cycle that heats or holds heat; the others have nothing to cancel. */
const HOT = ['heating', 'paused', 'keep_warm']

/** What the step from `before` to `after` asks for. */
export function react(before: Home, after: Home, known: Remembered): Reaction {
  const commands: HubCommand[] = []
  let memory = known
  for (const panel of ofKind(after, 'security')) {
    const was = before.get(panel.id)?.properties.get('panel/state')
    const is = panel.properties.get('panel/state')
    // The first word of a panel is how things are, not something that happened.
    if (was === undefined || was === is) continue
    if (is === 'triggered') commands.push(...stopToasters(after))
    if (is === 'armed_away') memory = sendAway(after, memory, commands)
    if (is === 'disarmed') memory = bringHome(after, memory, commands)
  }
  return { commands, remembered: memory }
}

function stopToasters(home: Home): readonly HubCommand[] {
  return ofKind(home, 'toaster')
    .filter(({ properties }) => HOT.includes(properties.get('cycle/state') ?? ''))
    .map(({ id }) => ({ device: id, path: 'cycle/cancel', payload: 'true', rule: 'alarm_stops_the_toaster' }))
}

function sendAway(home: Home, memory: Remembered, commands: HubCommand[]): Remembered {
  const added: Record<string, (typeof PRESETS)[number]> = {}
  for (const { id, properties } of ofKind(home, 'thermostat')) {
    const preset = PRESETS.find((known) => known === properties.get('climate/preset'))
    if (preset === undefined || preset === 'away') continue
    added[id] = preset
    commands.push({ device: id, path: 'climate/preset', payload: 'away', rule: 'away_with_the_panel' })
  }
  return { ...memory, ...added }
}

/** Restores only what the panel changed: a preset that a person chose meanwhile stays. */
function bringHome(home: Home, memory: Remembered, commands: HubCommand[]): Remembered {
  for (const { id, properties } of ofKind(home, 'thermostat')) {
    const preset = memory[id]
    if (preset === undefined || properties.get('climate/preset') !== 'away') continue
    commands.push({ device: id, path: 'climate/preset', payload: preset, rule: 'home_with_the_panel' })
  }
  return Object.keys(memory).length === 0 ? memory : {}
}

const ofKind = (home: Home, kind: string): readonly DeviceModel[] =>
  [...home.values()].filter(({ id }) => kindOf(id) === kind)
