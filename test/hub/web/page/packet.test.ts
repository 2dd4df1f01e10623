import fc from 'fast-check'
import { generate, parser } from 'mqtt-packet'
import { expect, test } from 'vitest'
import {
  createDecoder,
  encodeConnect,
  encodePublish,
  encodeSubscribe,
  type Incoming,
  ProtocolError,
} from '../../../../hub/web/page/mqtt/packet.ts'

/** What somebody else's parser makes of our bytes. */
function readBy(bytes: Uint8Array): Record<string, unknown> {
  let read: unknown
  const theirs = parser()
  theirs.on('packet', (packet) => {
    read = packet
  })
  theirs.on('error', (error) => {
    throw error
  })
  theirs.parse(Buffer.from(bytes))
  return read as Record<string, unknown>
}

test('mqtt-packet reads what we write', () => {
  const connect = readBy(
    encodeConnect({ clientId: 'page-1', username: 'page', password: 'ey.token', keepAliveSeconds: 20 }),
  )
  expect(connect).toMatchObject({
    cmd: 'connect',
    protocolVersion: 4,
    clean: true,
    clientId: 'page-1',
    username: 'page',
    keepalive: 20,
  })
  expect(String(connect.password)).toBe('ey.token')
  expect(readBy(encodeSubscribe(7, ['homie/5/#']))).toMatchObject({
    cmd: 'subscribe',
    messageId: 7,
    subscriptions: [{ topic: 'homie/5/#', qos: 1 }],
  })
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
      fc.string({ maxLength: 300, unit: 'grapheme' }),
      (topic, payload) => {
        const read = readBy(encodePublish(topic, payload, 300))
        expect([read.topic, String(read.payload), read.qos, read.retain, read.messageId]).toEqual([
          topic,
          payload,
          1,
          false,
          300,
        ])
      },
    ),
  )
})

const message = fc.record({
  topic: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  payload: fc.string({ maxLength: 400, unit: 'grapheme' }),
  qos: fc.constantFrom(0 as const, 1 as const),
  retain: fc.boolean(),
})

test('we read what mqtt-packet writes, in whatever pieces it arrives', () => {
  fc.assert(
    fc.property(
      fc.array(message, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 50 }),
      (messages, piece) => {
        const bytes = Buffer.concat(
          messages.map((one, index) => generate({ cmd: 'publish', dup: false, ...one, messageId: index + 1 })),
        )
        const decode = createDecoder()
        const read: Incoming[] = []
        for (let at = 0; at < bytes.length; at += piece) read.push(...decode(bytes.subarray(at, at + piece)))
        expect(read).toEqual(
          messages.map(({ topic, payload, qos, retain }, index) => ({
            type: 'publish',
            ...{ topic, payload, retained: retain },
            id: qos === 1 ? index + 1 : undefined,
          })),
        )
      },
    ),
  )
})

test('nonsense is a ProtocolError or waits for more, and never anything else', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 }), (chunks) => {
      const decode = createDecoder()
      try {
        for (const chunk of chunks) for (const packet of decode(chunk)) expect(packet.type).toMatch(/^\w+$/)
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError)
      }
    }),
    { numRuns: 5000 },
  )
})

test.for([
  ['a length of five bytes', [0x30, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ['a packet of 200 MB', [0x30, 0xff, 0xff, 0xff, 0x64]],
  ['a topic longer than its packet', [0x30, 3, 0, 9, 0x61]],
  ['a topic that is not UTF-8', [0x30, 3, 0, 1, 0xff]],
  ['a message with QoS 2', [0x34, 5, 0, 1, 0x61, 0, 1]],
  ['a CONNACK without a code', [0x20, 1, 0]],
  ['a packet that only clients send', [0x10, 0]],
] as const)('%s ends the connection', ([, bytes]) => {
  expect(() => createDecoder()(Uint8Array.from(bytes))).toThrow(ProtocolError)
})
