// A toaster's carriage, heater and case, and the person in front of it.
import type { Clock } from '#contract/clock.ts'
import { after, every } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Hardware } from '../../device/control.ts'
import type { ToasterActuators, ToasterReading } from '../../device/toaster/hardware.ts'
import { createRelay } from '../relay.ts'
import { type Bread, createSlots } from './slots.ts'
import { BREADS, type BreadKind } from './toast.ts'

export interface SimulatedToaster extends Hardware<ToasterReading, ToasterActuators> {
  readonly heating: boolean
  readonly carriage: 'up' | 'down'
  readonly caseCelsius: number
  readonly relayWelded: boolean
  /** When somebody who stood there last allowed a start from afar, and when the carriage last came up. */
  readonly allowedAt: Millis | undefined
  readonly liftedAt: Millis | undefined
  /** What is in the slots, and what has become of it. */
  readonly bread: Bread | undefined
  /** Somebody puts a slice in, pushes the lever down and allows one start from afar. */
  loadBread(kind?: BreadKind): void
  /** Somebody pushes the lever down and starts it at the toaster. */
  pressLever(): void
  liftByHand(): void
  press(key: 'start' | 'cancel' | 'remote-start' | 'reset'): void
  /** The bread sticks: the spring cannot lift the carriage. */
  jam(jammed: boolean): void
  weldRelay(welded: boolean): void
  /** Its contacts bounce at each switching. */
  wearRelay(worn: boolean): void
}

const AMBIENT = 20
/** The case warms towards this while it heats, and cools again; five minutes either way. */
const CASE_WHEN_HEATING = 75
const CASE_SECONDS = 300
const SPRING = millis(300)
/** With `attended`, how long after a slice the next one is loaded. */
const NEXT_SLICE = seconds(15)

export function simulateToaster(options: {
  readonly clock: Clock
  /**
   * Somebody stands by with more bread: it is loaded at the start and again after every slice, so that a phone can start the toaster of
   * a simulated home. A real toaster has nobody like that.
   */
  readonly attended?: boolean
  /** Pushing the lever down is pressing the start key as well. */
  readonly leverStarts?: boolean
}): SimulatedToaster {
  const { clock, attended = false, leverStarts = false } = options
  let magnet = false
  let carriage: 'up' | 'down' = 'up'
  let caseCelsius = AMBIENT
  let jammed = false
  let tell = (_reading: ToasterReading) => {}
  let stop = () => {}
  let warming = false
  let allowedAt: Millis | undefined
  let liftedAt: Millis | undefined
  const cancels = new Set<() => void>()
  const slots = createSlots(clock)
  const relay = createRelay({
    clock,
    onSwitched(heating) {
      slots.change({ heating })
      if (heating) startWarming()
    },
    onContact: (closed) => tell({ type: 'relay', closed }),
  })

  const later = (length: typeof SPRING, then: () => void) => {
    const cancel = after(clock, length, () => {
      cancels.delete(cancel)
      then()
    })
    cancels.add(cancel)
    return cancel
  }
  let cancelNextSlice = () => {}
  const move = (position: 'up' | 'down') => {
    if (carriage === position) return
    carriage = position
    slots.change({ down: position === 'down' })
    if (position === 'up') liftedAt = clock.uptime()
    // Whoever pushes the lever has put the next slice in.
    cancelNextSlice()
    tell({ type: 'carriage', position })
    if (position === 'down' && leverStarts) tell({ type: 'key', key: 'start' })
  }
  const press: SimulatedToaster['press'] = (key) => {
    if (key === 'remote-start') allowedAt = clock.uptime()
    tell({ type: 'key', key })
  }
  const loadBread = (kind: BreadKind = 'bread') => {
    if (!BREADS.includes(kind)) {
      throw new RangeError(`Cannot load the toaster as it must be one of ${BREADS.join(', ')}: got "${String(kind)}"`)
    }
    slots.put(kind)
    move('down')
    press('remote-start')
  }
  const spring = () => {
    if (magnet || jammed || carriage === 'up') return
    move('up')
    if (attended) cancelNextSlice = later(NEXT_SLICE, () => loadBread())
  }
  /** Every second, as long as there is something to tell. */
  const warm = () => {
    const towards = relay.closed ? CASE_WHEN_HEATING : AMBIENT
    caseCelsius = towards + (caseCelsius - towards) * Math.exp(-1 / CASE_SECONDS)
    tell({ type: 'case', celsius: Math.round(caseCelsius * 2) / 2 })
    if (!relay.closed && caseCelsius - AMBIENT < 0.2) {
      caseCelsius = AMBIENT
      rest()
    }
  }
  const rest = () => {
    stop()
    stop = () => {}
    warming = false
  }
  const startWarming = () => {
    if (warming) return
    warming = true
    stop = every(clock, seconds(1), warm)
  }

  return {
    get heating() {
      return relay.closed
    },
    get carriage() {
      return carriage
    },
    get relayWelded() {
      return relay.welded
    },
    get allowedAt() {
      return allowedAt
    },
    get bread() {
      return slots.bread
    },
    get liftedAt() {
      return liftedAt
    },
    get caseCelsius() {
      return caseCelsius
    },
    listen(hear) {
      tell = hear
      tell({ type: 'carriage', position: carriage })
      tell({ type: 'relay', closed: relay.closed })
      tell({ type: 'case', celsius: Math.round(caseCelsius * 2) / 2 })
      if (relay.closed || caseCelsius > AMBIENT) startWarming()
      if (attended) loadBread()
    },
    apply(wanted) {
      const held = magnet
      magnet = wanted.magnet
      relay.drive(wanted.heater)
      if (held && !magnet) later(SPRING, spring)
    },
    loadBread,
    pressLever() {
      move('down')
      tell({ type: 'key', key: 'start' })
    },
    liftByHand: () => move('up'),
    press,
    jam(next) {
      jammed = next
      if (!jammed) spring()
    },
    weldRelay: relay.weld,
    wearRelay: relay.wear,
    async [Symbol.asyncDispose]() {
      rest()
      for (const cancel of cancels) cancel()
      tell = () => {}
      relay.stop()
      relay.drive(false)
      // Nothing holds the carriage now.
      if (magnet && !jammed) move('up')
      magnet = false
    },
  }
}
