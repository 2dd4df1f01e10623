// How long a slice takes. A shade is a time: toasters have no eyes.
import type { PROGRAMS } from '#contract/kinds.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'

export type Program = (typeof PROGRAMS)[number]

/** From shade 1 to 7, seconds for bread in a cold toaster: about ΔE 8 to 40 after Zanoni 1995 at 230 °C. */
const BREAD_SECONDS = [70, 90, 110, 130, 155, 180, 210] as const

const FACTOR: Readonly<Record<Program, number>> = { bread: 1, bagel: 1.15, defrost: 1.35, reheat: 0.35 }

/** No cycle is longer, whatever asks for it. */
export const LONGEST_CYCLE = seconds(300)

export function cycleLength(program: Program, browning: number): Millis {
  const bread = BREAD_SECONDS[Math.min(Math.max(Math.round(browning), 1), BREAD_SECONDS.length) - 1] ?? BREAD_SECONDS[3]
  return millis(Math.min(bread * 1000 * FACTOR[program], LONGEST_CYCLE))
}
