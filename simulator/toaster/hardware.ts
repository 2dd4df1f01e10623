// A toaster's carriage, heater and case, and the person in front of it.
import type { Clock } from '#contract/clock.ts'
import { after, every } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import type { Hardware } from '../../device/control.ts'
import type { ToasterActuators, ToasterReading } from '../../device/toaster/hardware.ts'

export interface SimulatedToaster extends Hardware<ToasterReading, ToasterActuators> {
  readonly heating: boolean
  readonly carriage: 'up' | 'down'
  readonly caseCelsius: number
  readonly relayWelded: boolean
  /** When somebody who stood there last allowed a start from afar, and when the carriage last came up. */
  readonly allowedAt: Millis | undefined
  readonly liftedAt: Millis | undefined
  /** Somebody puts bread in, pushes the lever down and allows one start from afar. */
  loadBread(): void
  /** Somebody pushes the lever down and starts it at the toaster. */
  pressLever(): void
  liftByHand(): void
  press(key: 'start' | 'cancel' | 'remote-start' | 'reset'): void
  /** The bread sticks: the spring cannot lift the carriage. */
  jam(jammed: boolean): void
  weldRelay(welded: boolean): void
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
}): SimulatedToaster {
  const { clock, attended = false } = options
  let actuators: ToasterActuators = { heater: false, magnet: false }
  let carriage: 'up' | 'down' = 'up'
  let caseCelsius = AMBIENT
  let jammed = false
  let welded = false
  let tell = (_reading: ToasterReading) => {}
  let stop = () => {}
  let warming = false
  let allowedAt: Millis | undefined
  let liftedAt: Millis | undefined
  const cancels = new Set<() => void>()

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
    if (position === 'up') liftedAt = clock.uptime()
    // Whoever pushes the lever has put the next slice in.
    cancelNextSlice()
    tell({ type: 'carriage', position })
  }
  const press: SimulatedToaster['press'] = (key) => {
    if (key === 'remote-start') allowedAt = clock.uptime()
    tell({ type: 'key', key })
  }
  const loadBread = () => {
    move('down')
    press('remote-start')
  }
  const spring = () => {
    if (actuators.magnet || jammed || carriage === 'up') return
    move('up')
    if (attended) cancelNextSlice = later(NEXT_SLICE, loadBread)
  }
  /** Every second, as long as there is something to tell. */
  const warm = () => {
    const towards = actuators.heater ? CASE_WHEN_HEATING : AMBIENT
    caseCelsius = towards + (caseCelsius - towards) * Math.exp(-1 / CASE_SECONDS)
    tell({ type: 'case', celsius: Math.round(caseCelsius * 2) / 2 })
    if (!actuators.heater && caseCelsius - AMBIENT < 0.2) {
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
      return actuators.heater
    },
    get carriage() {
      return carriage
    },
    get relayWelded() {
      return welded
    },
    get allowedAt() {
      return allowedAt
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
      tell({ type: 'relay', closed: actuators.heater })
      tell({ type: 'case', celsius: Math.round(caseCelsius * 2) / 2 })
      if (actuators.heater || caseCelsius > AMBIENT) startWarming()
      if (attended) loadBread()
    },
    apply(wanted) {
      const before = actuators
      actuators = welded ? { ...wanted, heater: before.heater } : wanted
      if (actuators.heater) startWarming()
      if (actuators.heater !== before.heater) tell({ type: 'relay', closed: actuators.heater })
      if (before.magnet && !actuators.magnet) later(SPRING, spring)
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
    weldRelay(next) {
      welded = next
    },
    async [Symbol.asyncDispose]() {
      rest()
      for (const cancel of cancels) cancel()
      actuators = { heater: welded && actuators.heater, magnet: false }
    },
  }
}
