// What stands in the bundle for the simulated board.
import { UsageError } from '#contract/settings.ts'

export async function openBoard(): Promise<never> {
  throw new UsageError('Cannot open --board simulated as this package is for real hardware: use the whole of Latchkey')
}
