// A device's face: a screen and an LED, whichever there are, kept at what is true.
import type { Kind } from '#contract/ids.ts'
import type { Status } from '../status.ts'
import type { Display } from './display.ts'
import { type Facts, linesOf, type Properties } from './lines.ts'
import type { Player } from './pattern.ts'
import { lightOf } from './status-light.ts'

export interface Front {
  onStatus(status: Status): void
  onProperties(properties: Properties): void
}

export function createFront(options: {
  readonly kind: Kind
  readonly name: string
  readonly display: Display | undefined
  readonly led: Player | undefined
}): Front {
  const { kind, name, display, led } = options
  let facts: Facts = { kind, name, status: { phase: 'starting' }, properties: {} }
  const change = (changed: Partial<Facts>) => {
    facts = { ...facts, ...changed }
    led?.play(lightOf(facts))
    display?.show(linesOf(facts, display))
  }
  return {
    onStatus: (status) => change({ status }),
    onProperties: (properties) => change({ properties }),
  }
}
