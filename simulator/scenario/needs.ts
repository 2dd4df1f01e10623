// Which devices a part of a scenario cannot do without.
import { KINDS, type Kind } from '#contract/ids.ts'
import type { ActionName } from './schema.ts'

const NEEDS: Readonly<Partial<Record<ActionName, Kind>>> = {
  ...{ target: 'thermostat', mode: 'thermostat', preset: 'thermostat', hold: 'thermostat' },
  ...{ window: 'thermostat', sensor: 'thermostat' },
  ...{ program: 'toaster', browning: 'toaster', toaster: 'toaster', lever: 'toaster', key: 'toaster', jam: 'toaster' },
  ...{ arm: 'security', disarm: 'security', open: 'security', close: 'security', tamper: 'security' },
  burglar: 'security',
}
/** Actions whose keys are devices. */
const BY_DEVICE: readonly ActionName[] = ['line', 'power', 'power-cut-at-file-request', 'disk', 'clock', 'relay']

export function neededBy(name: ActionName, value: unknown): readonly Kind[] {
  const named = [
    NEEDS[name],
    ...(BY_DEVICE.includes(name) ? Object.keys(value as object) : []),
    ...(name === 'revoke' || name === 'pair' ? [value] : []),
    ...(name === 'ghost' ? [(value as { device: unknown }).device] : []),
  ]
  return KINDS.filter((kind) => named.includes(kind))
}
