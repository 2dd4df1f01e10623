// Watches over the safety rules of a home: after everything that happens, without being asked.
import type { Kind } from '#contract/ids.ts'
import type { Millis, Moment } from '#contract/time.ts'
import type { Rule, Violation } from '../safety/rule.ts'

export interface Guardian {
  /** Looks at `view` after every event from now on. */
  protect<View>(device: Kind, rules: readonly Rule<View>[], view: () => View): void
  /** Looks at everything now. Returns what is newly wrong; each rule is reported once. */
  look(): readonly Violation[]
  readonly violations: readonly Violation[]
  /** Every rule that is watched. */
  readonly rules: readonly string[]
}

export function createGuardian(now: () => Moment): Guardian {
  const watched: {
    readonly look: (uptime: Millis) => readonly [rule: string, because: string][]
    readonly device: Kind
  }[] = []
  const violations: Violation[] = []
  const rules: string[] = []
  const broken = new Set<string>()

  return {
    violations,
    rules,
    protect(device, added, view) {
      const watches = added.map(({ name, watch }) => ({ name, watch: watch() }))
      rules.push(...added.map(({ name }) => name))
      watched.push({
        device,
        look(uptime) {
          const seen = view()
          return watches.flatMap(({ name, watch }): [string, string][] => {
            const because = watch(seen, uptime)
            return because === undefined ? [] : [[name, because]]
          })
        },
      })
    },
    look() {
      const at = now()
      const found: Violation[] = []
      for (const { device, look } of watched) {
        for (const [rule, because] of look(at.uptime)) {
          if (broken.has(rule)) continue
          broken.add(rule)
          found.push({ rule, device, at, because })
        }
      }
      violations.push(...found)
      return found
    },
  }
}
