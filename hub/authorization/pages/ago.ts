import type { Instant } from '#contract/time.ts'

const STEPS = [
  [24 * 3_600_000, 'a day', 'days'],
  [3_600_000, 'an hour', 'hours'],
  [60_000, 'a minute', 'minutes'],
] as const

/** How long ago, for people: the hub does not know what time it is where they are. */
export function formatAgo(then: Instant, now: Instant): string {
  for (const [step, one, many] of STEPS) {
    const count = Math.floor((now - then) / step)
    if (count >= 1) return count === 1 ? `${one} ago` : `${count} ${many} ago`
  }
  return 'less than a minute ago'
}
