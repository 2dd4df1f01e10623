// What was said at the broker, in its order.
import type { Millis } from '#contract/time.ts'
import type { Accepted } from '../hub.ts'
import type { Length } from '../length.ts'
import type { Waiting } from './waiting.ts'

/** As the broker took it. Spelt out: whoever installed the package is told nothing of the hub's inside. */
export interface HeardMessage {
  /** The OAuth client that sent it. */
  readonly from: string | undefined
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
  /** Since the hub was ready. */
  readonly at: Millis
}

export interface MessageOptions {
  /** Another payload is not what is waited for. */
  readonly payload?: string | RegExp
  /** Only messages that came after this one; without it, what has come already counts. */
  readonly after?: HeardMessage
  /** Ten seconds. */
  readonly within?: Length
}

/** Kept: the newest of them. */
const KEPT = 10_000

/** @internal */
export function createMessages({ waiting, now }: { readonly waiting: Waiting; readonly now: () => Millis }) {
  const all: HeardMessage[] = []
  return {
    all: all as readonly HeardMessage[],
    hear(message: Accepted): void {
      all.push({ ...message, at: now() })
      if (all.length > KEPT) all.shift()
      waiting.changed()
    },
    /** The first message that matches: one that has come, or the next. */
    message(filter: string, { payload, after, within = '10s' }: MessageOptions = {}): Promise<HeardMessage> {
      if (after !== undefined && !all.includes(after)) {
        throw new RangeError('Cannot wait for what comes after a message as it must be one of `messages`: it is none')
      }
      const said = (text: string) => (payload instanceof RegExp ? payload.test(text) : (payload ?? text) === text)
      const find = () =>
        all
          .slice(after === undefined ? 0 : all.indexOf(after) + 1)
          .find((message) => matchesFilter(filter, message.topic) && said(message.payload))
      return waiting.until(find, {
        what: `a message for ${filter}${payload === undefined ? '' : ` of ${payload}`}`,
        within,
      })
    },
    forget(): void {
      all.length = 0
    },
  }
}

/** MQTT 3.1.1 §4.7. */
export function matchesFilter(filter: string, topic: string): boolean {
  // §4.7.2: a filter that starts with a wildcard does not match names that start with `$`.
  if (topic.startsWith('$') && /^[+#]/.test(filter)) return false
  const [wanted, levels] = [filter.split('/'), topic.split('/')]
  const rest = wanted.indexOf('#')
  const fixed = rest === -1 ? wanted : wanted.slice(0, rest)
  if (rest === -1 ? levels.length !== fixed.length : levels.length < fixed.length) return false
  return fixed.every((level, index) => level === '+' || level === levels[index])
}
