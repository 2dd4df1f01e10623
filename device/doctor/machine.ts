// Node, and the machine's clock.
import { type Clock, dateOf, formatInstant } from '#contract/clock.ts'
import { isClockConfirmed } from '../clock-confirmed.ts'
import { about, type Finding } from './finding.ts'

const OLDEST_NODE = 24

export function lookAtNode(version: string): Finding {
  const node = about('node')
  const major = Number(version.split('.')[0])
  if (major >= OLDEST_NODE) return node.ok(`Node ${version}`)
  return node.problem(`Node ${version} is too old`, `install Node ${OLDEST_NODE} or later`)
}

/** Written in this year: a clock that says less was never set. */
const THIS_YEAR = 2026

export function lookAtClock(clock: Clock, synchronized?: string): Finding {
  const at = about('clock')
  const now = clock.now()
  const year = dateOf(now).getUTCFullYear()
  if (year < THIS_YEAR) {
    return at.problem(
      `it says ${formatInstant(now)}: it was never set`,
      'give it a network with a time server (timedatectl); until then the device learns the time from its hub',
    )
  }
  if (isClockConfirmed(synchronized)) return at.ok(`${formatInstant(now)}, set by a time server`)
  return at.warning(
    `${formatInstant(now)}, and no time server has confirmed it`,
    'timedatectl set-ntp true; a schedule goes by this clock',
  )
}
