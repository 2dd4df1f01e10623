// The course of a device as a rule sees it, and what the rule says to it.
import { expect, test } from 'vitest'
import { type Millis, millis, minutes } from '#contract/time.ts'
import type { Rule } from '../../../simulator/safety/rule.ts'

/** From this time on something is otherwise than before. `{}`: nothing is, but somebody looks. */
export type Course<View> = readonly (readonly [from: Millis, change: Partial<View>])[]

export const at = (minute: number, second = 0): Millis => millis(Math.round(minute * 60_000 + second * 1000))

const LOOK_EVERY = 10_000
const LONGEST_COURSE = minutes(240)

/** Looks every ten seconds, as a device's readings come, and whenever something changes. Its first complaint, if there is one. */
export function complaint<View>({ watch }: Rule<View>, calm: View, course: Course<View>): string | undefined {
  const look = watch()
  const regular = Array.from(
    { length: LONGEST_COURSE / LOOK_EVERY },
    (_, index) => [millis(index * LOOK_EVERY), {}] as const,
  )
  // At one moment, changes come in the order they are written, each with a look of its own.
  const all = [...regular, ...course].sort(([a], [b]) => a - b)
  let view = calm
  for (const [uptime, change] of all) {
    view = { ...view, ...change }
    const because = look(view, uptime)
    if (because !== undefined) return because
  }
  return undefined
}

export interface Case<View> {
  readonly what: string
  readonly course: Course<View>
  /** What the rule complains of; undefined where it is kept. */
  readonly says?: string
}

/** One test a case; and one that this rule has a course that keeps it and one that breaks it. */
export function judge<View>(
  rules: readonly Rule<View>[],
  name: string,
  calm: View,
  cases: readonly Case<View>[],
): void {
  const rule = rules.find((each) => each.name === name)
  if (rule === undefined) throw new Error(`Cannot judge ${name} as there must be such a rule`)
  test('has nothing to say of a calm day', () => {
    expect(complaint(rule, calm, [])).toBeUndefined()
  })
  test('can be kept and can be broken', () => {
    expect(new Set(cases.map(({ says }) => says === undefined))).toEqual(new Set([true, false]))
  })
  test.for(cases)('$what: $says', ({ course, says }) => {
    expect(complaint(rule, calm, course)).toBe(says)
  })
}
