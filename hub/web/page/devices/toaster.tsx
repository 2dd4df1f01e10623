import { PROGRAMS } from '#contract/kinds.ts'
import type { PropertyPath } from '#contract/property.ts'
import { setTopic } from '#contract/topics.ts'
import type { DeviceModel } from '../../../home/model.ts'
import { command } from '../live.ts'
import { Card, Hint, isReachable } from './card.tsx'

const STATE_NAMES: Readonly<Record<string, string>> = {
  idle: 'Ready',
  heating: 'Toasting',
  paused: 'Lifted for a look',
  keep_warm: 'Keeping warm',
  done: 'Done',
  fault: 'Stopped by a fault',
}
const PROGRAM_NAMES: Readonly<Record<string, string>> = {
  bread: 'Bread',
  bagel: 'Bagel',
  defrost: 'Frozen',
  reheat: 'Warm up',
}

export function Toaster({ device, scopes }: { device: DeviceModel; scopes: ReadonlySet<string> }) {
  const value = (path: PropertyPath) => device.properties.get(path)
  const send = (path: PropertyPath, payload: string) => command(setTopic(device.id, path), payload)
  const state = value('cycle/state') ?? 'idle'
  const allowed = scopes.has('toaster:control')
  const enabled = isReachable(device) && allowed
  const running = state === 'heating' || state === 'paused' || state === 'keep_warm'
  const obstacle = obstacleOf(state, value('cycle/carriage'), value('cycle/remote-start'))

  return (
    <Card device={device} kind="toaster">
      <p class="now">
        <span class="big">{STATE_NAMES[state] ?? state}</span>
        {state === 'heating' && <span class="aside">{value('cycle/remaining')} s to go</span>}
      </p>
      {running && (
        <progress max={100} value={Number(value('cycle/progress') ?? 0)} aria-label="Progress">
          {value('cycle/progress')} %
        </progress>
      )}
      <div class="fields">
        <label>
          Browning {value('cycle/browning') ?? ''}
          <input
            type="range"
            min={1}
            max={7}
            step={1}
            disabled={!enabled}
            value={Number(value('cycle/browning') ?? 4)}
            aria-valuetext={`${value('cycle/browning') ?? 4} of 7`}
            onChange={(e) => send('cycle/browning', e.currentTarget.value)}
          />
        </label>
        <label>
          Program
          <select
            disabled={!enabled}
            value={value('cycle/program') ?? 'bread'}
            onChange={(e) => send('cycle/program', e.currentTarget.value)}
          >
            {PROGRAMS.map((name) => (
              <option key={name} value={name}>
                {PROGRAM_NAMES[name]}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="actions">
        <button type="button" disabled={!enabled || obstacle !== undefined} onClick={() => send('cycle/start', 'true')}>
          Start
        </button>
        <button
          type="button"
          class="other"
          disabled={!enabled || !running}
          onClick={() => send('cycle/cancel', 'true')}
        >
          Cancel
        </button>
      </div>
      {allowed ? (
        obstacle !== undefined && !running && <Hint>{obstacle}</Hint>
      ) : (
        <Hint>You may look, but not toast.</Hint>
      )}
    </Card>
  )
}

/** Why it cannot be started from here. */
function obstacleOf(state: string, carriage: string | undefined, remote: string | undefined): string | undefined {
  if (state === 'fault') return 'Look after it at the toaster: a fault is reset there.'
  if (state !== 'idle' && state !== 'done') return 'It is running.'
  if (carriage !== 'down') return 'Put bread in and push the lever down.'
  return remote === 'true' ? undefined : 'Press “remote start” at the toaster first: somebody must have looked at it.'
}
