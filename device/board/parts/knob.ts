// A potentiometer, as a share of its way.
import { every } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'
import type { KnobWiring } from '../../wiring/sensor.ts'
import { i2cPart } from '../trouble.ts'
import { readVolts } from './adc.ts'
import type { Site } from './site.ts'

const LOOK_EVERY = millis(500)
/** A potentiometer trembles; less than this is nobody's hand. */
const TREMBLES = 0.02

/** Hears where it stands, 0 to 1, and each time that it is turned. */
export function openKnob(site: Site, wiring: KnobWiring, hear: (share: number) => void): Disposable {
  const { clock, notices } = site
  const part = i2cPart(site, wiring.address)
  let told: number | undefined
  let reading = false
  const look = async () => {
    if (reading) return
    reading = true
    try {
      const share = Math.min(1, Math.max(0, (await readVolts(site, wiring)) / wiring['supply-volts']))
      notices.worked(part)
      if (told !== undefined && Math.abs(share - told) < TREMBLES) return
      told = share
      hear(share)
    } catch (error) {
      notices.failed(part, error)
    } finally {
      reading = false
    }
  }
  void look()
  return { [Symbol.dispose]: every(clock, LOOK_EVERY, () => void look()) }
}
