import { useEffect, useState } from 'preact/hooks'
import { MODES, PRESETS } from '#contract/kinds.ts'
import type { PropertyPath } from '#contract/property.ts'
import { setTopic } from '#contract/topics.ts'
import type { DeviceModel } from '../../../home/model.ts'
import { after } from '../clock.ts'
import { command } from '../live.ts'
import { Card, Hint, isReachable } from './card.tsx'

const STEP = 0.5
const [MIN, MAX] = [5, 35]
/** A tap is shown at once and believed for this long; then what the device says counts. */
const PATIENCE = 3_000

const MODE_NAMES: Readonly<Record<string, string>> = {
  off: 'Off',
  heat: 'Heat',
  cool: 'Cool',
  heat_cool: 'Heat and cool',
}
const ACTION_NAMES: Readonly<Record<string, string>> = {
  off: 'Off',
  idle: 'Resting',
  heating: 'Heating',
  cooling: 'Cooling',
}
const PRESET_NAMES: Readonly<Record<string, string>> = {
  none: 'By hand',
  away: 'Away',
  eco: 'Eco',
  comfort: 'Comfort',
  sleep: 'Sleep',
  boost: 'Boost',
}
const HEALTH_SENTENCES: Readonly<Record<string, string>> = {
  'sensor-stale': 'The sensor has been silent for a while. The room is kept safe without it.',
  'sensor-fault': 'The sensor says things that cannot be. The room is kept safe without it.',
  frost: 'It was close to freezing: frost protection heats.',
  'heat-failure': 'It has been heating for half an hour and the room gets no warmer.',
  'relay-stuck': 'The relay does not do what it is told.',
}

export function Thermostat({ device, scopes }: { device: DeviceModel; scopes: ReadonlySet<string> }) {
  const value = (path: PropertyPath) => device.properties.get(path)
  const [wanted, setWanted] = useState<number>()
  const reported = Number(value('climate/target'))
  const target = wanted ?? reported
  const mode = value('climate/mode') ?? 'off'
  const allowed = scopes.has('climate:control')
  const enabled = isReachable(device) && allowed
  const send = (path: PropertyPath, payload: string) => command(setTopic(device.id, path), payload)

  useEffect(() => setWanted(undefined), [reported])
  useEffect(() => (wanted === undefined ? undefined : after(PATIENCE, () => setWanted(undefined))), [wanted])

  const turn = (by: number) => {
    const next = Math.min(MAX, Math.max(MIN, Math.round((target + by) / STEP) * STEP))
    setWanted(next)
    send('climate/target', String(next))
  }
  const health = HEALTH_SENTENCES[value('health/status') ?? '']
  const current = value('climate/current')
  const both = mode === 'heat_cool'

  return (
    <Card device={device} kind="thermostat">
      <p class="now">
        <span class="big">{current === undefined ? '–' : Number(current).toFixed(1)}</span> °C now
        <span class="aside">
          {ACTION_NAMES[value('climate/action') ?? ''] ?? ''}
          {value('climate/humidity') !== undefined && `, ${value('climate/humidity')} % humidity`}
        </span>
      </p>
      {health !== undefined && (
        <p class="problem" role="alert">
          {health}
        </p>
      )}
      {value('climate/window') === 'true' && <Hint>A window is open: heating waits.</Hint>}
      <fieldset class="stepper" aria-label="Target temperature">
        <button
          type="button"
          aria-label="Colder"
          disabled={!enabled || mode === 'off' || both}
          onClick={() => turn(-STEP)}
        >
          −
        </button>
        <output aria-live="polite">
          {both ? `${value('climate/target-low')}–${value('climate/target-high')} °C` : `${target.toFixed(1)} °C`}
        </output>
        <button
          type="button"
          aria-label="Warmer"
          disabled={!enabled || mode === 'off' || both}
          onClick={() => turn(STEP)}
        >
          +
        </button>
      </fieldset>
      <div class="fields">
        <label>
          Mode
          <select disabled={!enabled} value={mode} onChange={(e) => send('climate/mode', e.currentTarget.value)}>
            {MODES.map((name) => (
              <option key={name} value={name}>
                {MODE_NAMES[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          Preset
          <select
            disabled={!enabled}
            value={value('climate/preset') ?? 'none'}
            onChange={(e) => send('climate/preset', e.currentTarget.value)}
          >
            {PRESETS.map((name) => (
              <option key={name} value={name}>
                {PRESET_NAMES[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
      {!allowed && <Hint>You may look, but not change the climate.</Hint>}
    </Card>
  )
}
