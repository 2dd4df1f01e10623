// The last word before a relay: how often and how soon it may switch. It protects the boiler and the compressor from every layer above.
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Rests } from './regulator.ts'
import type { Demand } from './resolve.ts'

export type Output = 'off' | 'heat' | 'cool'

export const MIN_ON = seconds(120)
/** Also after power comes back: it often goes again. */
export const MIN_OFF = seconds(180)
export const RESTS: Rests = { minOn: MIN_ON, minOff: MIN_OFF }

/** The next output. `safety` overrides the shortest on-time: off must always be possible at once. */
export function guard(options: {
  readonly demand: Demand
  readonly output: Output
  readonly switchedAt: Millis
  readonly uptime: Millis
  readonly safety: boolean
  readonly rests?: Rests
}): Output {
  const { demand, output, switchedAt, uptime, safety, rests = RESTS } = options
  if (demand === 'keep' || demand === output) return output
  const held = uptime - switchedAt
  if (output !== 'off') return safety || held >= rests.minOn ? 'off' : output
  if (demand === 'off') return 'off'
  return held >= rests.minOff ? demand : 'off'
}

/** When the guard will let go, if it holds anything back at all. */
export function guardEndsAt(output: Output, switchedAt: Millis, { minOn, minOff }: Rests = RESTS): Millis {
  return millis(switchedAt + (output === 'off' ? minOff : minOn))
}
