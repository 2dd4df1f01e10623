// What a broker sends that is none, or means harm.
import { duplexPair } from 'node:stream'
import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import { createScan } from '../../../device/link/incoming.ts'
import { connect } from '../../../device/link/session.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

const publish = (qos: 0 | 1 | 2, size = 10) =>
  generate({
    cmd: 'publish',
    topic: 'homie/5/x/set',
    payload: Buffer.alloc(size),
    qos,
    dup: false,
    retain: false,
    messageId: 7,
  })
const HONEST = [
  generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }),
  generate({ cmd: 'suback', messageId: 1, granted: [1] }),
  ...([0, 1, 2] as const).map((qos) => publish(qos)),
  ...(['puback', 'pubrec', 'pubrel', 'pubcomp'] as const).map((cmd) => generate({ cmd, messageId: 9 })),
  generate({ cmd: 'pingresp' }),
  publish(1, 60_000),
]

test('everything that a broker may say passes, wherever its bytes are split', () => {
  const whole = Buffer.concat(HONEST)
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 20 }), (cuts) => {
      const scan = createScan()
      const edges = [0, ...cuts.sort((a, b) => a - b), whole.length]
      expect(edges.slice(1).every((edge, index) => scan(whole.subarray(edges[index], edge)))).toBe(true)
    }),
  )
})

test.for([
  ['PUBREL without an identifier', [0x62, 0]],
  ['PUBREL with the identifier 0', [0x62, 2, 0, 0]],
  ['a message of QoS 1 without an identifier', [0x32, 2, 0, 0]],
  ['a message of QoS 2 with the identifier 0', [0x34, 5, 0, 1, 0x61, 0, 0]],
  ['a message of QoS 3', [0x36, 5, 0, 1, 0x61, 0, 1]],
  ['a topic longer than its packet', [0x30, 3, 0, 9, 0x61]],
  ['a length of five bytes', [0x30, 0xff, 0xff, 0xff, 0xff, 1]],
  ['a hundred megabytes', [0x30, 0x80, 0xc2, 0xd7, 0x2f]],
  ['what only clients say', [0x10, 0]],
  ['a type that there is not', [0x00, 0]],
  ['an acknowledgement of nothing', [0x40, 0]],
] as const)('%s ends the connection', ([, bytes]) => {
  expect(createScan()(Buffer.from(bytes))).toBe(false)
})

test('whatever a broker sends, the program lives on and the connection ends or goes on', async () => {
  const frame = fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 12 }))
    .map(([header, body]) => Buffer.from([header, body.length, ...body]))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(frame, fc.constantFrom(...HONEST)), { maxLength: 6 }), async (frames) => {
      const [device, broker] = duplexPair()
      broker.on('error', () => {}).resume()
      const clock = new VirtualClock()
      const session = connect({
        url: new URL('mqtt://localhost'),
        device: parseDeviceId('thermostat-k3f9ab', 'the test'),
        accessToken: 'token',
        network: { connect: () => device, exchange: async (_url, send) => send() },
        clock,
        hear() {},
      })
      const over = session.then(({ ended }) => ended).catch((error: Error) => error.message)
      broker.write(HONEST[0])
      for (const each of frames) broker.write(each)
      await new Promise((resolve) => setImmediate(resolve))
      broker.end()
      device.destroy()
      expect(typeof (await over)).toBe('string')
    }),
    { numRuns: 200 },
  )
})
