// From the broker to the model, and from the rules back to the broker.
import type { Logger } from 'pino'
import { decodeJson } from '#contract/parse.ts'
import { HOMIE_ROOT, setTopic } from '#contract/topics.ts'
import type { Messages } from '../broker/messages.ts'
import type { Database } from '../store/database.ts'
import { apply, emptyHome, type Home } from './model.ts'
import { type HubCommand, type Remembered, react, remembered } from './rules.ts'

export interface Feed {
  readonly home: Home
  stop(): void
}

/** Reads what is retained, then follows. Commands are QoS 0 where they are momentary; the broker sees to it. */
export async function startFeed(broker: Messages, database: Database, log: Logger): Promise<Feed> {
  const memory = createMemory(database)
  let home = emptyHome

  const give = ({ device, path, payload, rule }: HubCommand) => {
    log.info({ device, path, rule }, 'rule')
    broker
      .publish({ topic: setTopic(device, path), payload, qos: 1 })
      .catch((err: unknown) => log.error({ err, device, rule }, 'rule could not act'))
  }
  const hear = ({ topic, payload }: { topic: string; payload: Buffer }) => {
    const before = home
    home = apply(home, { topic, payload: payload.toString() })
    if (home === before) return
    const known = memory.read()
    const reaction = react(before, home, known)
    // On disk before anybody is sent away: a hub that dies now still knows what to restore.
    if (reaction.remembered !== known) memory.write(reaction.remembered)
    for (const command of reaction.commands) give(command)
  }

  // What is retained is how things are; only what comes after it is a change.
  for (const { topic, payload } of await broker.retained(`${HOMIE_ROOT}/#`)) {
    home = apply(home, { topic, payload: payload.toString() })
  }
  const stop = await broker.subscribe(`${HOMIE_ROOT}/#`, hear)
  return {
    get home() {
      return home
    },
    stop,
  }
}

const KEY = 'presets_before_away'

function createMemory(database: Database): { read(): Remembered; write(value: Remembered): void } {
  const select = database.prepare('SELECT value FROM meta WHERE key=?')
  const upsert = database.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value=excluded.value',
  )
  const found = select.get(KEY)
  let current: Remembered = found === undefined ? {} : decodeJson(remembered, String(found.value), KEY)
  return {
    read: () => current,
    write(value) {
      upsert.run(KEY, JSON.stringify(value))
      current = value
    },
  }
}
