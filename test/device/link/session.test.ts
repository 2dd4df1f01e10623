// The MQTT session against a broker that does what a bad one may do.
import { duplexPair } from 'node:stream'
import mqttPacket from 'mqtt-packet'
import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import { connect } from '../../../device/link/session.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

const DEVICE = parseDeviceId('toaster-k3f9ab', 'the test')

/** Lets the device in, and then acknowledges no message. */
async function connectToMute(publishes: (count: number) => void) {
  const [near, far] = duplexPair()
  const parser = mqttPacket.parser()
  let count = 0
  parser.on('packet', (packet) => {
    if (packet.cmd === 'connect')
      far.write(mqttPacket.generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }))
    if (packet.cmd === 'subscribe') {
      far.write(mqttPacket.generate({ cmd: 'suback', messageId: packet.messageId ?? 1, granted: [1] }))
    }
    if (packet.cmd === 'publish') publishes(++count)
  })
  far.on('data', (bytes: Buffer) => parser.parse(bytes))
  const session = await connect({
    ...{ url: new URL('mqtt://hub.home.arpa'), device: DEVICE, accessToken: 'x', clock: new VirtualClock() },
    network: { exchange: () => Promise.reject(new Error('no HTTP here')), connect: () => near },
    hear: () => {},
  })
  return { session, breakOff: () => near.destroy() }
}

test('who waits for an acknowledgement is told when the connection breaks, and so is who comes later', async () => {
  const arrived = Promise.withResolvers<void>()
  const { session, breakOff } = await connectToMute(() => arrived.resolve())
  const said = expect(session.publish('homie/5/x/$state', 'ready', { retain: true, qos: 1 })).rejects.toThrow()
  await arrived.promise
  breakOff()
  await said
  await session.ended
  await expect(session.publish('homie/5/x/$state', 'ready', { retain: true, qos: 1 })).rejects.toThrow()
  await session[Symbol.asyncDispose]()
})
