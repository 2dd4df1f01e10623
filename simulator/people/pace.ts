// How long what people do takes: never the same twice, and the same for the same seed.
import { type Millis, millis } from '#contract/time.ts'

/** Evenly between two lengths in seconds, as whole milliseconds, which is what clocks count. */
export const secondsBetween = (random: () => number, shortest: number, longest: number): Millis =>
  millis(Math.round(1000 * (shortest + random() * (longest - shortest))))

/** In another order, each as likely as any (Fisher and Yates 1938, after Durstenfeld 1964). */
export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const left = [...items]
  const drawn: T[] = []
  while (left.length > 0) drawn.push(...left.splice(Math.floor(random() * left.length), 1))
  return drawn
}
