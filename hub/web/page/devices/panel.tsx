import { useEffect, useState } from 'preact/hooks'
import { setTopic } from '#contract/topics.ts'
import type { DeviceModel } from '../../../home/model.ts'
import { every, secondsUntil } from '../clock.ts'
import { command } from '../live.ts'
import { Card, Hint, isReachable } from './card.tsx'
import { Keypad } from './keypad.tsx'

const STATE_NAMES: Readonly<Record<string, string>> = {
  disarmed: 'Disarmed',
  arming: 'Arming: please leave',
  armed_home: 'Armed, somebody is home',
  armed_away: 'Armed, nobody is home',
  armed_night: 'Armed for the night',
  armed_vacation: 'Armed for a holiday',
  pending: 'Somebody came in: disarm now',
  triggered: 'ALARM',
}

const WAYS = [
  { action: 'ARM_HOME', mode: 'armed_home', name: 'Home' },
  { action: 'ARM_AWAY', mode: 'armed_away', name: 'Away' },
  { action: 'ARM_NIGHT', mode: 'armed_night', name: 'Night' },
] as const

export function Panel({ device, scopes }: { device: DeviceModel; scopes: ReadonlySet<string> }) {
  const [asking, setAsking] = useState(false)
  const state = device.properties.get('panel/state') ?? 'disarmed'
  const ready = readObject(device.properties.get('panel/ready'))
  const open = readList(device.properties.get('panel/open'))
  const reachable = isReachable(device)
  const mayArm = reachable && scopes.has('security:arm')
  const mayDisarm = reachable && scopes.has('security:disarm')
  const names = new Map(device.zones.map(({ id, name }) => [id, name]))
  // An id makes the panel answer; a random one is nobody's.
  const send = (order: object) =>
    command(setTopic(device.id, 'panel/command'), JSON.stringify({ ...order, id: `page-${crypto.randomUUID()}` }))
  const urgent = state === 'triggered' || state === 'pending'

  return (
    <Card device={device} kind="panel">
      <p class={`now ${urgent ? 'alarm' : ''}`} role={urgent ? 'alert' : undefined}>
        <span class="big">{STATE_NAMES[state] ?? state}</span>
        <Countdown transition={device.properties.get('panel/transition')} />
      </p>
      {open.length > 0 && <Hint>Open: {open.map((zone) => names.get(zone) ?? zone).join(', ')}</Hint>}
      {device.properties.get('panel/tamper') === 'true' && (
        <p class="problem" role="alert">
          Somebody opened the housing.
        </p>
      )}
      {state === 'disarmed' ? (
        <fieldset class="actions">
          <legend>Arm</legend>
          {WAYS.map(({ action, mode, name }) => (
            <button
              type="button"
              key={action}
              disabled={!mayArm || ready[mode] === false}
              onClick={() => send({ action })}
            >
              {name}
            </button>
          ))}
        </fieldset>
      ) : (
        <div class="actions">
          <button type="button" disabled={!mayDisarm} onClick={() => setAsking(true)}>
            Disarm
          </button>
        </div>
      )}
      {state === 'disarmed' && reachable && ready.armed_home === false && <Hint>Close what is open to arm.</Hint>}
      {!scopes.has('security:arm') && <Hint>You may look, but not arm.</Hint>}
      {asking && (
        <Keypad
          onCancel={() => setAsking(false)}
          onCode={(code) => {
            setAsking(false)
            send({ action: 'DISARM', code })
          }}
        />
      )}
    </Card>
  )
}

function Countdown({ transition }: { transition: string | undefined }) {
  const { deadline } = readObject(transition)
  const [, tick] = useState(0)
  useEffect(() => (typeof deadline === 'string' ? every(1000, () => tick((n) => n + 1)) : undefined), [deadline])
  if (typeof deadline !== 'string') return null
  // Not announced every second: the state itself has been.
  return (
    <span class="aside" aria-hidden="true">
      {secondsUntil(deadline)} s
    </span>
  )
}

function readObject(text: string | undefined): Readonly<Record<string, unknown>> {
  const value = read(text)
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function readList(text: string | undefined): readonly string[] {
  const value = read(text)
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

function read(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}
