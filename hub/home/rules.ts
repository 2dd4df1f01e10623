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
    if (is === 'armed_away') memory = sendAway(ofKind(after, 'thermostat'), memory, commands)
    if (is === 'disarmed') memory = bringHome(ofKind(after, 'thermostat'), memory, commands)
  }
  // Commands are never kept for a device that is away, so what it missed is made up for when it comes back.
  const returned = ofKind(after, 'thermostat').filter(
    ({ id, state }) => state === 'ready' && before.get(id)?.state !== 'ready',
  )
  if (returned.length > 0) memory = (isNobodyHome(after) ? sendAway : bringHome)(returned, memory, commands)
  return { commands, remembered: memory }
}

const isNobodyHome = (home: Home): boolean =>
  ofKind(home, 'security').some(({ properties }) => properties.get('panel/state') === 'armed_away')

function stopToasters(home: Home): readonly HubCommand[] {
  return ofKind(home, 'toaster')
    .filter(({ properties }) => HOT.includes(properties.get('cycle/state') ?? ''))
    .map(({ id }) => ({ device: id, path: 'cycle/cancel', payload: 'true', rule: 'alarm_stops_the_toaster' }))
}

/** Once an absence: whoever chooses another preset for an empty house means it. */
function sendAway(thermostats: readonly DeviceModel[], memory: Remembered, commands: HubCommand[]): Remembered {
  const added: Record<string, (typeof PRESETS)[number]> = {}
  for (const { id, state, properties } of thermostats) {
    const preset = PRESETS.find((known) => known === properties.get('climate/preset'))
    if (state !== 'ready' || preset === undefined || preset === 'away' || memory[id] !== undefined) continue
    added[id] = preset
    commands.push({ device: id, path: 'climate/preset', payload: 'away', rule: 'away_with_the_panel' })
  }
  return Object.keys(added).length === 0 ? memory : { ...memory, ...added }
}

/** Restores only what the panel changed: a preset that a person chose meanwhile stays. Who is not there is remembered on. */
function bringHome(thermostats: readonly DeviceModel[], memory: Remembered, commands: HubCommand[]): Remembered {
  const left = { ...memory }
  for (const { id, state, properties } of thermostats) {
    const preset = memory[id]
    if (preset === undefined || state !== 'ready') continue
    delete left[id]
    if (properties.get('climate/preset') !== 'away') continue
    commands.push({ device: id, path: 'climate/preset', payload: preset, rule: 'home_with_the_panel' })
  }
  return Object.keys(left).length === Object.keys(memory).length ? memory : left
}

const ofKind = (home: Home, kind: string): readonly DeviceModel[] =>
  [...home.values()].filter(({ id }) => kindOf(id) === kind)
