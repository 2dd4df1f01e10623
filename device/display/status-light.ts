// What one LED says about a device.

import type { Status } from '../status.ts'
import type { Facts, Properties } from './lines.ts'
import { ALWAYS, blink, NEVER, type Shown } from './pattern.ts'
import { spell } from './spell.ts'

/** Half a second on, half off: something needs a person. */
const TROUBLE = blink(250, 250)
/** A short flash: it works alone, and tries to reach its hub. */
const OFFLINE = blink(100, 2900)
/** Two seconds apart, long: it waits for somebody to ask for a new code. */
const UNPAIRED = blink(1000, 2000)

const LIGHT: Readonly<Record<Exclude<Status['phase'], 'pairing'>, Shown>> = {
  starting: NEVER,
  online: ALWAYS,
  offline: OFFLINE,
  unpaired: UNPAIRED,
}

/** The code goes first: whoever pairs a device stands in front of it. */
export function lightOf({ status, properties }: Pick<Facts, 'status' | 'properties'>): Shown {
  if (status.phase === 'pairing') return spell(status.authorization.userCode)
  return isInTrouble(properties) ? TROUBLE : LIGHT[status.phase]
}

function isInTrouble(properties: Properties): boolean {
  const health = properties['health/status']
  return (
    (health !== undefined && health !== 'ok') ||
    properties['cycle/state'] === 'fault' ||
    properties['panel/tamper'] === true
  )
}

/** On while armed, slow while a delay runs, fast in an alarm. */
export function armedLightOf(properties: Properties): Shown {
  switch (properties['panel/state']) {
    case undefined:
    case 'disarmed':
      return NEVER
    case 'arming':
    case 'pending':
      return blink(500, 500)
    case 'triggered':
      return blink(125, 125)
    default:
      return ALWAYS
  }
}
