// What the broker carries with everything on: admission, permission, order, a real disk. Publisher, broker and subscribers share one
// process here, so these are figures for the whole path on one core and not for the broker alone.
import { until } from '../home.ts'
import { openBrokerRoom, THERMOSTAT } from '../hub/broker/broker-room.ts'
import type { Figure } from './report.ts'

async function throughput(subscribers: number, qos: 0 | 1, messages: number): Promise<number> {
  await using room = await openBrokerRoom()
  let received = 0
  for (let n = 0; n < subscribers; n++) {
    const client = await room.connect({ clientId: `s${n}`, username: 'x', password: await room.personToken() })
    client.on('message', () => {
      received += 1
    })
    await client.subscribeAsync('homie/5/#', { qos })
  }
  const device = await room.connect({
    clientId: THERMOSTAT,
    username: 'x',
    password: await room.deviceToken(THERMOSTAT),
  })
  const payload = 'x'.repeat(100)
  const begun = performance.now()
  for (let n = 0; n < messages; n++) {
    const sent = device.publishAsync(`homie/5/${THERMOSTAT}/climate/current`, payload, { qos })
    // A window of a hundred, as a busy device has.
    if (n % 100 === 99) await sent
  }
  await until(() => received >= messages * subscribers, `${messages * subscribers} messages, got ${received}`)
  return (messages * subscribers) / ((performance.now() - begun) / 1000)
}

export async function brokerThroughput(messages: number): Promise<readonly Figure[]> {
  const figures: Figure[] = []
  for (const qos of [0, 1] as const) {
    for (const subscribers of [1, 10]) {
      const value = await throughput(subscribers, qos, messages / (subscribers === 1 ? 1 : 4))
      figures.push({ name: `messages received, QoS ${qos}, one to ${subscribers}, 100 bytes`, value, unit: '/s' })
    }
  }
  return figures
}
