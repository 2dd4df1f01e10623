// The bread in a toaster, always as it is at this moment.
import type { Clock } from '#contract/clock.ts'
import { type BreadKind, freshSlice, isBurnt, shadeOf, stepToasting, type ToastingSlot } from './toast.ts'

export interface Bread {
  readonly kind: BreadKind
  /** 0 is still bread; 1 to 7 as the dial counts. */
  readonly shade: ReturnType<typeof shadeOf>
  readonly burnt: boolean
  /** Of its surface. */
  readonly celsius: number
  readonly frozen: boolean
}

export interface Slots {
  readonly bread: Bread | undefined
  /** A fresh slice; what was in there is taken out. */
  put(kind: BreadKind): void
  /** What surrounds the bread from now on. */
  change(to: { readonly heating?: boolean; readonly down?: boolean }): void
}

const KITCHEN: ToastingSlot = { slotCelsius: 20 }

export function createSlots(clock: Clock): Slots {
  let now = KITCHEN
  let heating = false
  let down = false
  let steppedAt = clock.uptime()

  const live = () => {
    const uptime = clock.uptime()
    if (uptime <= steppedAt) return
    const { slice, slotCelsius } = now
    // Up, the slice is out of the heat: only the slot goes on.
    const next = stepToasting(down ? now : { slotCelsius }, heating, (uptime - steppedAt) / 1000)
    now = down || slice === undefined ? next : { ...next, slice }
    steppedAt = uptime
  }
  return {
    get bread() {
      live()
      const { slice } = now
      if (slice === undefined) return undefined
      const { kind, celsius, iceShare, deltaE } = slice
      return { kind, celsius, shade: shadeOf(deltaE), burnt: isBurnt(deltaE), frozen: iceShare > 0 }
    },
    put(kind) {
      live()
      now = { ...now, slice: freshSlice({ kind }) }
    },
    change(to) {
      live()
      heating = to.heating ?? heating
      down = to.down ?? down
    },
  }
}
