// Whether a device is there. A will says so when a connection breaks; this says so also where there was no will, and after a restart.
import { type DeviceId, isDeviceId } from '#contract/ids.ts'
import { HOMIE_ROOT, parseTopic, stateTopic } from '#contract/topics.ts'
import type { Messages } from './messages.ts'

/** States of a device that claims to be connected. */
const PRESENT = ['init', 'ready', 'sleeping']

export interface Presence {
  /** The device's connection ended, and it has no other. */
  ended(device: DeviceId): Promise<void>
  stop(): void
}

export async function startPresence(broker: Messages): Promise<Presence> {
  const states = new Map<DeviceId, string>()
  const filter = `${HOMIE_ROOT}/+/$state`
  const remember = ({ topic, payload }: { topic: string; payload: Buffer }) => {
    const read = parseTopic(topic)
    if (read.type === 'attribute') states.set(read.device, payload.toString())
  }
  const declareLost = async (device: DeviceId): Promise<void> => {
    if (!PRESENT.includes(states.get(device) ?? '')) return
    states.set(device, 'lost')
    await broker.publish({ topic: stateTopic(device), payload: 'lost', retain: true, qos: 1 })
  }

  for (const message of await broker.retained(filter)) remember(message)
  const stop = await broker.subscribe(filter, remember)
  // Nobody is connected to a broker that has just started, whatever was retained when the last one died.
  for (const device of states.keys()) if (isDeviceId(device)) await declareLost(device)
  return { ended: declareLost, stop }
}
