// Messages that are lost, doubled, late or overtaken, on a real stream.
import { once } from 'node:events'
import { duplexPair } from 'node:stream'
import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { describe, expect, test } from 'vitest'
import { millis, seconds } from '#contract/time.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { readDisturbance } from '../../../simulator/network/disturbance.ts'
import { interpose, type MeddleOptions, type Mischief, meddleWith } from '../../../simulator/network/packets.ts'
import { type Random, randomStream } from '../../../simulator/random.ts'
import { listen, publish, TOPIC } from './talk.ts'

const pingreq = generate({ cmd: 'pingreq' })
const disconnect = generate({ cmd: 'disconnect' })
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** A client and a broker with mischief between them. */
function connect(first: Mischief | undefined, options: Partial<Omit<MeddleOptions, 'mischief'>> = {}) {
  const clock = new VirtualClock()
  const [client, inner] = duplexPair()
  let mischief = first
  const broker = meddleWith(inner, { clock, random: () => 0, ...options, mischief: () => mischief })
  return {
    ...{ clock, client, broker },
    atBroker: listen(broker),
    atClient: listen(client),
    behave(next: Mischief | undefined) {
      mischief = next
    },
  }
}

/** These numbers, one after the other. */
function drawing(...numbers: readonly number[]): Random {
  const left = [...numbers]
  return () => {
    const [next] = left.splice(0, 1)
    if (next === undefined) throw new Error('Cannot draw as there must be a number left')
    return next
  }
}

describe('packets', () => {
  const sent = [
    generate({
      cmd: 'connect',
      clientId: 'thermostat-k3f9ab',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
    }),
    publish(''),
    pingreq,
    // Of two, and of three bytes of length (MQTT 3.1.1 §2.2.3).
    publish('x'.repeat(200)),
    publish('y'.repeat(17_000)),
    disconnect,
  ]
  const whole = Buffer.concat(sent)

  /** What comes out whole, in both directions, of bytes that come in pieces. */
  async function through(pieces: readonly Buffer[]) {
    const [client, inner] = duplexPair()
    const [inward, outward]: [Buffer[], Buffer[]] = [[], []]
    const outer = interpose(inner, {
      inward: (packet) => void inward.push(Buffer.from(packet)),
      outward: (packet) => void outward.push(Buffer.from(packet)),
    })
    for (const piece of pieces) {
      client.write(piece)
      outer.write(piece)
      await turn()
    }
    return { inward, outward }
  }

  test('come whole, wherever their bytes are split', async () => {
    const edges = [
      ...Array(260).keys(),
      272,
      273,
      274,
      275,
      276,
      300,
      whole.length - 3,
      whole.length - 2,
      whole.length - 1,
    ]
    for (const edge of edges) {
      expect(await through([whole.subarray(0, edge), whole.subarray(edge)])).toEqual({ inward: sent, outward: sent })
    }
  })

  test('come whole in any number of pieces', async () => {
    const cuts = fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(cuts, async (unsorted) => {
        const edges = [0, ...unsorted.sort((a, b) => a - b), whole.length]
        const pieces = edges.slice(1).map((edge, index) => whole.subarray(edges[index], edge))
        expect(await through(pieces)).toEqual({ inward: sent, outward: sent })
      }),
      { numRuns: 30 },
    )
  })

  test('come whole byte by byte', async () => {
    const few = Buffer.concat(sent.slice(0, 4))
    const pieces = [...few].map((byte) => Buffer.of(byte))
    expect(await through(pieces)).toEqual({ inward: sent.slice(0, 4), outward: sent.slice(0, 4) })
  })

  test('that are none are left for the broker to judge', async () => {
    const noLength = Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01])
    expect((await through([noLength])).inward).toEqual([noLength])
    // A message without a topic, where only some topics are disturbed.
    const noTopic = Buffer.from([0x30, 0x00])
    const [client, inner] = duplexPair()
    const mischief = () => ({ drop: 1, topic: 'homie/' })
    const broker = meddleWith(inner, { clock: new VirtualClock(), random: () => 0, mischief })
    client.write(noTopic)
    const [arrived] = await once(broker, 'data')
    expect(arrived).toEqual(noTopic)
  })
})

/** A draw for each fate, where each has a quarter. */
const QUARTERS = { drop: 0.25, double: 0.25, reorder: 0.25 }
const [DROP, DOUBLE, REORDER, PASS] = [0.1, 0.3, 0.6, 0.9]

describe('fate', () => {
  test.for([
    { what: 'passing', draws: [PASS, PASS, PASS], arrives: '1 2 3' },
    { what: 'losing one', draws: [PASS, DROP, PASS], arrives: '1 3' },
    { what: 'doubling one', draws: [PASS, DOUBLE, PASS], arrives: '1 2 2 3' },
    { what: 'one that is overtaken', draws: [REORDER, PASS, PASS], arrives: '2 1 3' },
    { what: 'one that is overtaken by one that was to be', draws: [REORDER, REORDER, PASS], arrives: '2 1 3' },
    { what: 'one that is overtaken by one that comes twice', draws: [REORDER, DOUBLE, PASS], arrives: '2 2 1 3' },
    { what: 'one that nobody overtakes who was lost', draws: [REORDER, DROP, PASS], arrives: '3 1' },
    { what: 'losing all', draws: [DROP, DROP, DROP], arrives: '' },
  ])('of $what: $arrives arrive', async ({ draws, arrives }) => {
    const { client, broker, atBroker, atClient } = connect(QUARTERS, { random: drawing(...draws, ...draws) })
    for (const payload of ['1', '2', '3']) client.write(publish(payload))
    await turn()
    for (const payload of ['1', '2', '3']) broker.write(publish(payload))
    await turn()
    expect(atBroker.join(' ')).toBe(arrives)
    expect(atClient.join(' ')).toBe(arrives)
  })

  test('falls as often as it was asked for', async () => {
    const count = 2_000
    const { client, atBroker } = connect(
      { drop: 0.2, double: 0.1, reorder: 0.1 },
      { random: randomStream(7, 'network') },
    )
    for (let number = 0; number < count; number++) client.write(publish(String(number)))
    await turn()
    const times = Map.groupBy(atBroker, (payload) => payload)
    // Three deviations: √(n·p·(1 − p)).
    expect(Math.abs(count - times.size - 0.2 * count)).toBeLessThan(3 * 18)
    expect(Math.abs([...times.values()].filter(({ length }) => length === 2).length - 0.1 * count)).toBeLessThan(3 * 14)
    const overtaken = atBroker.filter((payload, index) => Number(payload) < Number(atBroker[index - 1] ?? -1))
    // Not all of them can be overtaken: some are in the way of one that waits already.
    expect(overtaken.length).toBeGreaterThan(0.1 * count - 3 * 14 - 0.02 * count)
    expect(overtaken.length).toBeLessThan(0.1 * count + 3 * 14)
  })

  test.for<{ what: string; mischief: Mischief; atBroker: string[]; atClient: string[] }>([
    { what: 'both ways', mischief: { drop: 1 }, atBroker: [], atClient: [] },
    { what: 'to the broker', mischief: { drop: 1, way: 'to_broker' }, atBroker: [], atClient: ['here', 'there'] },
    { what: 'from the broker', mischief: { drop: 1, way: 'from_broker' }, atBroker: ['here', 'there'], atClient: [] },
    {
      what: 'of some topics',
      mischief: { drop: 1, topic: 'homie/5/thermostat' },
      atBroker: ['there'],
      atClient: ['there'],
    },
    {
      what: 'of one topic and what is below',
      mischief: { drop: 1, topic: `${TOPIC}/` },
      atBroker: ['here', 'there'],
      atClient: ['here', 'there'],
    },
    { what: 'none', mischief: {}, atBroker: ['here', 'there'], atClient: ['here', 'there'] },
  ])('falls on messages $what', async ({ mischief, atBroker, atClient }) => {
    const connection = connect(mischief)
    for (const end of [connection.client, connection.broker]) {
      end.write(publish('here'))
      end.write(publish('there', 'homie/5/toaster-a1b2c3/cycle/state'))
    }
    await turn()
    expect(connection).toMatchObject({ atBroker, atClient })
  })

  test('falls on nothing but messages', async () => {
    const { client, broker, atBroker, atClient } = connect({ drop: 1, delay: seconds(5) })
    client.write(
      Buffer.concat([generate({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '#', qos: 0 }] }), pingreq]),
    )
    broker.write(Buffer.concat([generate({ cmd: 'puback', messageId: 1 }), generate({ cmd: 'pingresp' })]))
    await turn()
    expect({ atBroker, atClient }).toEqual({ atBroker: ['subscribe', 'pingreq'], atClient: ['puback', 'pingresp'] })
  })

  test('may change from one message to the next', async () => {
    const { client, atBroker, behave } = connect({ drop: 1 })
    client.write(publish('1'))
    await turn()
    behave(undefined)
    client.write(publish('2'))
    await turn()
    expect(atBroker).toEqual(['2'])
  })
})

describe('a message that is to be overtaken', () => {
  test('and that nothing follows, arrives after a second, once', async () => {
    const { client, clock, atBroker } = connect({ reorder: 1 })
    client.write(publish('1'))
    await clock.advance(millis(999))
    expect(atBroker).toEqual([])
    await clock.advance(millis(1))
    expect(atBroker).toEqual(['1'])
    await clock.advance(seconds(5))
    client.write(publish('2'))
    await clock.advance(seconds(5))
    expect(atBroker).toEqual(['1', '2'])
  })

  test('waits its own second, not that of one before it', async () => {
    const { client, clock, atBroker } = connect(QUARTERS, { random: drawing(REORDER, PASS, REORDER) })
    client.write(publish('1'))
    await clock.advance(millis(900))
    for (const payload of ['2', '3']) client.write(publish(payload))
    await clock.advance(millis(900))
    expect(atBroker).toEqual(['2', '1'])
    await clock.advance(millis(100))
    expect(atBroker).toEqual(['2', '1', '3'])
  })

  test('is overtaken by a message alone, not by an acknowledgement or a ping', async () => {
    const { client, clock, atBroker } = connect(QUARTERS, { random: drawing(REORDER, PASS) })
    client.write(Buffer.concat([publish('1'), generate({ cmd: 'puback', messageId: 7 }), pingreq, publish('2')]))
    await clock.advance(millis(1))
    expect(atBroker).toEqual(['puback', 'pingreq', '2', '1'])
  })

  test('arrives before the client says goodbye: it may say nothing after that', async () => {
    const { client, atBroker } = connect({ reorder: 1 })
    client.write(Buffer.concat([publish('1'), disconnect]))
    await turn()
    expect(atBroker).toEqual(['1', 'disconnect'])
  })

  test('arrives before the stream ends, at either end of it', async () => {
    const there = connect({ reorder: 1 })
    there.client.end(publish('1'))
    await turn()
    expect(there.atBroker.slice(0, 2)).toEqual(['1', 'end'])
    const here = connect({ reorder: 1 })
    here.broker.end(publish('1'))
    await turn()
    expect(here.atClient.slice(0, 2)).toEqual(['1', 'end'])
  })

  test('is lost where the network ends first', async () => {
    const network = new AbortController()
    const { client, clock, atBroker } = connect({ reorder: 1 }, { signal: network.signal })
    client.write(publish('1'))
    await turn()
    network.abort()
    await clock.advance(seconds(5))
    expect(atBroker).toEqual([])
  })
})

describe('a delay', () => {
  test('is the same for each message, and keeps their order', async () => {
    const { client, clock, atBroker } = connect({ delay: seconds(2) })
    client.write(publish('1'))
    await clock.advance(millis(500))
    client.write(publish('2'))
    await clock.advance(millis(1_499))
    expect(atBroker).toEqual([])
    await clock.advance(millis(1))
    expect(atBroker).toEqual(['1'])
    await clock.advance(millis(500))
    expect(atBroker).toEqual(['1', '2'])
  })

  test('comes on top of what else befalls a message', async () => {
    const fates = drawing(REORDER, DOUBLE)
    const { client, clock, atBroker } = connect({ ...QUARTERS, delay: seconds(2) }, { random: fates })
    for (const payload of ['1', '2']) client.write(publish(payload))
    await clock.advance(millis(1_999))
    expect(atBroker).toEqual([])
    await clock.advance(millis(1))
    expect(atBroker).toEqual(['2', '2', '1'])
  })

  test('that outlives its connection says nothing more', async () => {
    const { client, broker, clock, atBroker } = connect({ delay: seconds(2) })
    client.write(publish('1'))
    await turn()
    broker.destroy()
    await clock.advance(seconds(5))
    expect(atBroker).toEqual(['close'])
  })
})

describe('the end of a connection', () => {
  test('is told to the other side, whichever it comes from', async () => {
    const one = connect(undefined)
    one.client.end()
    await turn()
    expect(one.atBroker).toEqual(['end', 'close'])
    const other = connect(undefined)
    other.broker.end()
    await turn()
    expect(other.atClient[0]).toBe('end')
  })

  test.for(['client', 'broker'] as const)('that was severed is told to nobody: %s', async (whose) => {
    const [client, inner] = duplexPair()
    const broker = interpose(inner, {
      inward: (packet, send) => send(packet),
      outward: (packet, send) => send(packet),
      isSevered: () => true,
    })
    const [atClient, atBroker] = [listen(client), listen(broker)]
    if (whose === 'client') client.end()
    else broker.destroy()
    await turn()
    await turn()
    expect(whose === 'client' ? atBroker : atClient).toEqual([])
  })
})

test.for<{ shares: Parameters<typeof readDisturbance>[0]; got: string }>([
  { shares: { drop: 1.1 }, got: '1.1' },
  { shares: { double: -0.1 }, got: '-0.1' },
  { shares: { reorder: Number.NaN }, got: 'NaN' },
  { shares: { drop: 0.5, double: 0.25, reorder: 0.5 }, got: '1.25' },
])('$shares are no shares', ({ shares, got }) => {
  expect(() => readDisturbance(shares)).toThrow(
    new RangeError(`Cannot disturb messages as shares, and their sum, must be from 0 to 1: got ${got}`),
  )
})

test('shares may be all there is, and a delay is a length', () => {
  expect(readDisturbance({ drop: 0.5, double: 0.25, reorder: 0.25, delay: '2s', topic: 'homie/' })).toEqual({
    ...{ drop: 0.5, double: 0.25, reorder: 0.25, delay: 2_000, topic: 'homie/' },
  })
})
