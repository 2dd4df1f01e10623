// Keeps the retained discovery documents in step with the devices.
import type { Logger } from 'pino'
import { readDescription } from '#contract/description.ts'
import { type DeviceId, isDeviceId } from '#contract/ids.ts'
import { HOMIE_ROOT, parseTopic } from '#contract/topics.ts'
import packageJson from '../../package.json' with { type: 'json' }
import type { Messages } from '../broker/messages.ts'
import { DISCOVERY_PREFIX, discoveryDocuments } from './documents.ts'

export interface Announcements {
  /** Resolves when everything heard so far has been announced. */
  settled(): Promise<void>
  stop(): void
}

const DESCRIPTIONS = `${HOMIE_ROOT}/+/$description`

export async function startAnnouncements(options: {
  readonly broker: Messages
  readonly publicUrl: URL
  readonly log: Logger
}): Promise<Announcements> {
  const { broker, publicUrl, log } = options
  const { version } = packageJson
  /** Topic to payload of what is retained, by device. */
  const published = new Map<DeviceId, Map<string, string>>()

  const put = async (device: DeviceId, wanted: ReadonlyMap<string, string>, again: boolean): Promise<void> => {
    const before = published.get(device) ?? new Map<string, string>()
    published.set(device, new Map(wanted))
    const gone = [...before.keys()].filter((topic) => !wanted.has(topic))
    const changed = [...wanted].filter(([topic, payload]) => again || before.get(topic) !== payload)
    for (const topic of gone) await broker.publish({ topic, payload: '', retain: true, qos: 1 })
    for (const [topic, payload] of changed) await broker.publish({ topic, payload, retain: true, qos: 1 })
  }
  const wantedFor = (device: DeviceId, payload: Buffer): ReadonlyMap<string, string> => {
    const description = payload.length === 0 ? undefined : readDescription(parseJson(payload.toString()))
    if (description === undefined) return new Map()
    const documents = discoveryDocuments({ device, ...description, publicUrl, version })
    return new Map(documents.map((document) => [document.topic, JSON.stringify(document.payload)]))
  }

  // One after the other: two descriptions of one device must not overtake each other.
  let queue: Promise<void> = Promise.resolve()
  const inTurn = (work: () => Promise<void>) => {
    queue = queue.then(work).catch((err: unknown) => log.error({ err }, 'could not announce to Home Assistant'))
  }
  let isAwaited = false
  const hear = ({ topic, payload }: { topic: string; payload: Buffer }) => {
    const read = parseTopic(topic)
    if (read.type === 'attribute') inTurn(() => put(read.device, wantedFor(read.device, payload), false))
  }

  // What is retained from before, so that documents nobody wants any more are cleared.
  for (const { topic, payload } of await broker.retained(`${DISCOVERY_PREFIX}/#`)) {
    const device = topic.split('/')[2]
    if (!isDeviceId(device)) continue
    const known = published.get(device) ?? new Map<string, string>()
    published.set(device, known.set(topic, payload.toString()))
  }
  const described = await broker.retained(DESCRIPTIONS)
  const here = new Set(described.map(({ topic }) => topic.split('/')[2]))
  for (const message of described) hear(message)
  for (const device of published.keys()) if (!here.has(device)) inTurn(() => put(device, new Map(), false))

  const stops = [
    await broker.subscribe(DESCRIPTIONS, hear),
    // Home Assistant says that it has (re)started, and may have missed what was not retained.
    await broker.subscribe(`${DISCOVERY_PREFIX}/status`, ({ payload }) => {
      // Said again before it was its turn, it is said once.
      if (payload.toString() !== 'online' || isAwaited) return
      isAwaited = true
      inTurn(async () => {
        isAwaited = false
        for (const [device, documents] of published) await put(device, documents, true)
      })
    }),
  ]
  return {
    settled: () => queue,
    stop() {
      for (const stop of stops) stop()
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
