// Where the sun stands, and what of it arrives when the sky is clear.
import type { Instant } from '#contract/time.ts'

const DAY = 86_400_000
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/** Sine of the sun's altitude; declination after Cooper 1969, without the equation of time (a quarter of an hour at most). */
export function sineOfAltitude(at: Instant, latitudeDegrees: number, longitudeDegrees: number): number {
  // 1970 began a year; a quarter of a day a year of drift is a tenth of a degree in the season.
  const dayOfYear = (at / DAY) % 365.2425
  const declination = radians(23.45) * Math.sin((2 * Math.PI * (284 + dayOfYear)) / 365)
  const solarHour = ((at / 3_600_000 + longitudeDegrees / 15) % 24) - 12
  const hourAngle = radians(15 * solarHour)
  const latitude = radians(latitudeDegrees)
  return Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hourAngle)
}

/** Global horizontal radiation under a clear sky, W/m² (Haurwitz 1945). */
export const clearSky = (sine: number): number => (sine <= 0 ? 0 : 1098 * sine * Math.exp(-0.059 / sine))
