// From a message to a command and its answer. Whatever is wrong with a message, the property stays as it is and `ack/last` says why.
import { hash } from 'node:crypto'
import type { Clock } from '#contract/clock.ts'
import type { DeviceId } from '#contract/ids.ts'
import { propertyAt } from '#contract/kinds.ts'
import { decodePayload, type JsonObject, type Value } from '#contract/property.ts'
import { type Millis, seconds } from '#contract/time.ts'
import { parseTopic } from '#contract/topics.ts'
import { type Ack, type Command, refuse } from '../control.ts'
import type { RunningProduct } from '../run.ts'
import type { Message } from './session.ts'

export type Read =
  | { readonly type: 'command'; readonly command: Command; readonly id: string | undefined }
  | { readonly type: 'refused'; readonly path: string; readonly ack: Ack }
  /** Not a command of ours at all. */
  | { readonly type: 'ignored'; readonly because: string }

/** Reads one message of our own `…/set`. */
export function readCommand(message: Message, product: Pick<RunningProduct, 'kind'>, device: DeviceId): Read {
  const topic = parseTopic(message.topic)
  if (topic.type !== 'set' || topic.device !== device) return { type: 'ignored', because: 'not one of our commands' }
  // A retained command would be obeyed again at every reconnect. The broker refuses them; so do we.
  if (message.retained) return { type: 'ignored', because: 'a retained command' }
  const { path } = topic
  const property = propertyAt(product.kind, path)
  if (property?.settable !== true) {
    return { type: 'refused', path, ack: refuse('not_settable', `${path} is not a property that can be set`) }
  }
  const decoded = decodePayload(property, message.payload)
  if (!decoded.ok) return { type: 'refused', path, ack: refuse('invalid', `${path} ${decoded.because}`) }
  return { type: 'command', command: { path, value: decoded.value }, id: idOf(decoded.value) }
}

function idOf(value: Value): string | undefined {
  if (typeof value !== 'object' || Array.isArray(value)) return undefined
  const { id } = value as JsonObject
  return typeof id === 'string' && id.length <= 64 ? id : undefined
}

/** How many answered commands are remembered, and how long: one that comes twice is carried out once. */
const REMEMBERED = 64
const FORGOTTEN_AFTER = seconds(60)

export interface Obedience {
  /** Carries a message out. Undefined when there is nothing to answer: it succeeded and carried no id. */
  obey(message: Message): Promise<JsonObject | undefined>
}

/** Answers commands; one for all connections, so that a command repeated after a reconnect is recognised. */
export function createObedience(
  product: RunningProduct,
  log: (because: string) => void,
  clock: Pick<Clock, 'uptime'>,
): (device: DeviceId) => Obedience {
  const answered = new Map<string, { readonly reply: JsonObject; readonly at: Millis }>()
  /** The same command, word for word: an id alone is what somebody else may have taken as well. Hashed, as it may hold a code. */
  const keyOf = ({ topic, payload }: Message) => hash('sha256', `${topic}\n${payload}`)

  const answer = (path: string, ack: Ack, id?: string): JsonObject => ({
    ...(id !== undefined && { id }),
    property: path,
    ok: ack.ok,
    ...(!ack.ok && { code: ack.code, message: ack.message }),
  })

  return (device) => ({
    async obey(message) {
      const read = readCommand(message, product, device)
      if (read.type === 'ignored') {
        log(read.because)
        return undefined
      }
      if (read.type === 'refused') return answer(read.path, read.ack)
      const { command, id } = read
      const key = keyOf(message)
      const before = id === undefined ? undefined : answered.get(key)
      if (before !== undefined && clock.uptime() - before.at < FORGOTTEN_AFTER) return before.reply
      const ack = await product.obey(command).catch((): Ack => refuse('not_saved', 'done, but it could not be saved'))
      const reply = answer(command.path, ack, id)
      if (id !== undefined) {
        answered.delete(key)
        answered.set(key, { reply, at: clock.uptime() })
        const oldest = answered.keys().next()
        if (answered.size > REMEMBERED && !oldest.done) answered.delete(oldest.value)
      }
      return ack.ok && id === undefined ? undefined : reply
    },
  })
}
