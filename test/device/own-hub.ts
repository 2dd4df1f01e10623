// A real hub beside an agent under test, and who owns it.
import { seconds } from '#contract/time.ts'
import type { Agent } from '../../device/agent.ts'
import { type Hub, startHub } from '../../hub/hub.ts'
import { becomeOwner, type Person } from '../person.ts'
import { quiet } from '../quiet.ts'
import { until } from '../until.ts'

/** On this machine, over plain HTTP, with MQTT over WebSocket alone. Whoever starts disposes. */
export const startPlainHub = (folder: string, port: number): Promise<Hub> =>
  startHub({
    folder,
    http: { host: '127.0.0.1', port },
    ...{ mqtt: undefined, mqtts: undefined, publicUrl: undefined, tls: { type: 'off' }, mdns: false },
    log: quiet,
    pollInterval: seconds(1),
  })

/** Makes somebody the owner of a hub that has none. */
export const moveIn = ({ publicUrl, ownerLink }: Hub): Promise<Person> =>
  becomeOwner(publicUrl, ownerLink?.hash.slice(1) ?? '')

/** The code that the agent shows, or will. */
export const codeOf = (agent: Agent): Promise<string> =>
  until(() => (agent.status.phase === 'pairing' ? agent.status.authorization.userCode : undefined), 'a code')
