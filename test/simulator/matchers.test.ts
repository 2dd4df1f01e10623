// What a home does in the next hours, as one line of a test.
import { expect, test } from 'vitest'
import '../../simulator/vitest.ts'
import { startHome } from '../../simulator/home.ts'

test('a room gets warm, stays so, and the test reads like that', async () => {
  await using home = await startHome({ devices: ['thermostat'], indoorCelsius: 16 })
  await home.thermostat.target.set(20)
  await expect(home).toEventually(({ house }) => house.room('hall').celsius >= 20, { within: '4h' })
  await expect(home).toStayWithin(({ house }) => house.room('hall').celsius, [19, 21], { for: '3h' })
  await expect(home).toNeverExceed(({ house }) => house.room('hall').celsius, 21, { for: '3h' })
  await expect(home).not.toEventually(({ thermostat }) => thermostat.hardware.cooling, { within: '1h' })
  expect(home.elapsed).toBeGreaterThan(7 * 3600_000)
})

test('what did not come is said with the time, the value and the seed', async () => {
  await using home = await startHome({ devices: ['thermostat'], indoorCelsius: 16, seed: 5, zone: 'Europe/Paris' })
  await home.thermostat.target.set(20)
  await expect(expect(home).toEventually(({ house }) => house.room('hall').celsius > 30)).rejects.toThrow(
    /expected .*celsius > 30 to hold within 1h: it still did not on Mon 08:0\d, 1h after the start \(seed 5\)/s,
  )
  await expect(
    expect(home).toNeverExceed(({ house }) => house.room('hall').celsius, 18, { for: '4h' }),
  ).rejects.toThrow(/to stay at most 18 for 4h: it was 19\.\d\d? on Mon \d\d:\d\d, .* \(seed 5\)/s)
  await expect(
    expect(home).toStayWithin(({ house }) => house.room('hall').celsius, [30, 40], { for: '1h' }),
  ).rejects.toThrow(/to stay within 30 and 40 for 1h: it was/)
  await expect(
    expect(home).not.toEventually(({ thermostat }) => thermostat.hardware.heating, { within: '2h' }),
  ).rejects.toThrow(/never to hold within 2h: it did on/)
})

test('what cannot be judged is refused', async () => {
  await using home = await startHome({ devices: ['toaster'] })
  await expect(expect({}).toEventually(() => true)).rejects.toThrow('it must be given a home')
  await expect(expect(home).toStayWithin(() => 1, [3, 2], { for: '1m' })).rejects.toThrow('the lower must come first')
  await expect(expect(home).toNeverExceed(() => undefined, 2, { for: '1m' })).rejects.toThrow('it never was')
  await expect(expect(home).toEventually(() => false, { within: 'soon' })).rejects.toThrow('must be like 8h')
})
