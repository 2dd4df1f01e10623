// An automation of one's own, in a home whose clock turns: eight hours of a night are a second.
import { startHome } from 'latchkey/simulator'
import mqtt from 'mqtt'
import { expect, test } from 'vitest'
import 'latchkey/simulator/vitest'
import { watchNights } from '../night-watch.js'

test('armed for the night the house cools down, and is warm again in the morning', async () => {
  await using home = await startHome({ seed: 7, start: '2030-01-14T21:00:00Z' })
  const password = await home.appPassword({ name: 'night-watch', scopes: ['home:read', 'climate:control'] })
  const client = await mqtt.connectAsync(home.mqttUrl.href, { username: 'night-watch', password })
  try {
    await watchNights(client)
    await home.thermostat.target.set(21)
    await home.advance('1h')

    await home.security.arm('ARM_NIGHT')
    await home.advance('2m')
    // The client is outside of this home's time: what it has just sent is waited for here.
    await expect.poll(() => home.settle().then(() => home.thermostat.preset.value)).toBe('sleep')
    await expect(home).toStayWithin(({ house }) => house.room('hall').celsius, [15, 22], { for: '7h' })
    expect(home.house.room('hall').celsius).toBeLessThan(20)

    await home.security.disarm()
    await expect.poll(() => home.settle().then(() => home.thermostat.preset.value)).toBe('none')
    await expect(home).toEventually(({ house }) => house.room('hall').celsius >= 20.5, { within: '4h' })
  } finally {
    client.end(true)
  }
})
