// Somebody who watches the whole home, `homie/5/#`, on one connection as a phone does, and by whom it is known what has arrived and when.
// It shares its process with the fleet: a delivery that waits for this process's attention counts as slow.
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis } from '#contract/time.ts'
import { AUTHZ_TOPIC, HOMIE_ROOT } from '#contract/topics.ts'
import { type Connection, connect, type Heard } from './connection.ts'
import type { Host } from './host.ts'
import { renewals } from './renewals.ts'
import type { Tally } from './tally.ts'

export interface Watcher {
  /** A device is about to publish this. */
  expect(topic: string, payload: string): void
  /** What is published from now on is timed: before, pairing is what the hub is busy with. */
  startTiming(): void
  /** What was expected and has not come. */
  missing(): number
  readonly ended: Promise<string>
  close(): void
}

export async function startWatcher(options: {
  readonly url: URL
  readonly host: Host
  readonly clock: Clock
  readonly random: () => number
  readonly tally: Tally
}): Promise<Watcher> {
  const { url, host, clock, random, tally } = options
  const expected = createExpectations()
  let timedSince: Millis | undefined

  const hear = ({ topic, payload, retained }: Heard): void => {
    // What was there before is no delivery.
    if (retained) return
    const publishedAt = expected.take(topic, payload)
    if (publishedAt === undefined) return
    tally.count('delivered')
    if (timedSince !== undefined && publishedAt >= timedSince) {
      tally.deliveries.record(millis(clock.uptime() - publishedAt))
    }
  }
  const { accessToken, lifetime } = await host.signIn()
  const connection: Connection = await connect({ url, clientId: 'fleet-watcher', accessToken, clock, hear })
  await connection.subscribe(`${HOMIE_ROOT}/#`, 0)
  const stop = renewals({
    ...{ clock, random, lifetime },
    async renew() {
      const next = await host.signIn()
      await connection.publish(AUTHZ_TOPIC, next.accessToken, { retain: false, qos: 1 })
      return next.lifetime
    },
    failed: (error) => tally.trouble(`watcher: ${error}`),
  })
  void connection.ended.then(stop)

  return {
    expect: (topic, payload) => expected.add(topic, payload, clock.uptime()),
    startTiming() {
      timedSince = clock.uptime()
    },
    missing: expected.size,
    ended: connection.ended,
    close: () => connection.close(),
  }
}

interface Expectations {
  add(topic: string, payload: string, at: Millis): void
  /** When that was published; undefined for what nobody of ours has. One that overtook others leaves them missing. */
  take(topic: string, payload: string): Millis | undefined
  size(): number
}

/** Messages of one topic arrive in their order (MQTT 3.1.1 §4.6). */
function createExpectations(): Expectations {
  const topics = new Map<string, { readonly payload: string; readonly at: Millis }[]>()
  let skipped = 0
  return {
    add(topic, payload, at) {
      const queue = topics.get(topic)
      if (queue === undefined) topics.set(topic, [{ payload, at }])
      else queue.push({ payload, at })
    },
    take(topic, payload) {
      const queue = topics.get(topic) ?? []
      const index = queue.findIndex((message) => message.payload === payload)
      const [found] = index < 0 ? [] : queue.splice(0, index + 1).slice(index)
      skipped += Math.max(0, index)
      if (queue.length === 0) topics.delete(topic)
      return found?.at
    },
    size: () => skipped + [...topics.values()].reduce((sum, { length }) => sum + length, 0),
  }
}
