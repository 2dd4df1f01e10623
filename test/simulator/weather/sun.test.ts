import { describe, expect, test } from 'vitest'
import { hours, type Instant, instant } from '#contract/time.ts'
import { clearSky, sineOfAltitude } from '../../../simulator/weather/sun.ts'
import { at } from './reading.ts'

const LONDON = { latitude: 51.5, longitude: 0 }
const altitude = (when: Instant, { latitude, longitude } = LONDON): number =>
  (Math.asin(sineOfAltitude(when, latitude, longitude)) * 180) / Math.PI
const noonOf = (day: string) => at(`${day}T12:00:00Z`)

describe('the sun', () => {
  // At noon it stands at 90° − latitude + declination; the equation of Cooper is right to half a degree and worst in spring and autumn.
  test.for([
    { day: '2030-06-21', declination: 23.45, within: 0.1 },
    { day: '2030-12-21', declination: -23.45, within: 0.1 },
    { day: '2030-03-20', declination: 0, within: 1.2 },
    { day: '2030-09-23', declination: 0, within: 1.2 },
    { day: '2057-06-21', declination: 23.45, within: 0.1 },
  ])('has a declination of $declination° on $day', ({ day, declination, within }) => {
    expect(Math.abs(altitude(noonOf(day)) - (90 - 51.5 + declination))).toBeLessThan(within)
    // What it is lower here it is higher as far south, and the other way round.
    const south = altitude(noonOf(day), { latitude: -51.5, longitude: 0 })
    expect(Math.abs(south - (90 - 51.5 - declination))).toBeLessThan(within)
  })

  test('stands highest at noon, the same before as after, and below the horizon at midnight', () => {
    const day = Array.from({ length: 24 }, (_, hour) =>
      sineOfAltitude(instant(at('2030-06-21T00:00:00Z') + hours(hour)), 51.5, 0),
    )
    expect(day.indexOf(Math.max(...day))).toBe(12)
    for (let hour = 1; hour < 12; hour++) expect(day[12 + hour]).toBeCloseTo(day[12 - hour] ?? Number.NaN, 2)
    expect(day[0]).toBeLessThan(0)
  })

  test('is up for some sixteen and a half hours of a summer day in London, and some eight of a winter one', () => {
    const hoursOf = (day: string) => {
      const minutes = Array.from({ length: 1440 }, (_, minute) => instant(at(`${day}T00:00:00Z`) + hours(minute / 60)))
      return minutes.filter((when) => altitude(when) > 0).length / 60
    }
    expect(Math.abs(hoursOf('2030-06-21') - 16.5)).toBeLessThan(0.2)
    expect(Math.abs(hoursOf('2030-12-21') - 7.7)).toBeLessThan(0.3)
  })

  test('stands highest a twenty-fourth of the world further west an hour later', () => {
    const there = { latitude: 51.5, longitude: -15 }
    expect(altitude(at('2030-06-21T13:00:00Z'), there)).toBeCloseTo(altitude(noonOf('2030-06-21')), 1)
    expect(altitude(at('2030-06-21T00:00:00Z'), { latitude: 51.5, longitude: 180 })).toBeGreaterThan(60)
  })
})

describe('a clear sky', () => {
  test('lets nothing through at night, however low the sun is', () => {
    for (const sine of [-1, -0.2, -1e-9, 0]) expect(clearSky(sine)).toBe(0)
  })

  test.for([
    // Haurwitz 1945.
    { degrees: 90, watts: 1035 },
    { degrees: 30, watts: 488 },
    { degrees: 10, watts: 136 },
  ])('lets $watts W/m² through with the sun at $degrees°', ({ degrees, watts }) => {
    expect(clearSky(Math.sin((degrees * Math.PI) / 180)) / watts).toBeCloseTo(1, 2)
  })
})
