// The parts of a wiring, as a file would say them.
import type { Kind } from '#contract/ids.ts'
import { readWiring, type Wiring } from '../../../device/wiring/wiring.ts'
import { readYaml } from '../../../device/wiring/yaml.ts'

/** Of one kind, typed as that kind's. */
export function wiringOf<K extends Kind>(kind: K, text: string): Extract<Wiring, { kind: K }> {
  const wiring = readWiring(readYaml(text, 'test.yaml'), { kind, file: 'test.yaml' })
  if (isOf(wiring, kind)) return wiring
  throw new Error(`Cannot use a ${wiring.kind} as a ${kind}`)
}

const isOf = <K extends Kind>(wiring: Wiring, kind: K): wiring is Extract<Wiring, { kind: K }> => wiring.kind === kind
