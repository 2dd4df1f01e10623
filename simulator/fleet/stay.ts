// A paired light device's days: connected with a fresh token, saying what changes, and back again when the connection is lost.
import { CALLED_OFF, type Clock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { AUTHZ_TOPIC, commandFilter, stateTopic } from '#contract/topics.ts'
import { type Connection, connect, NotAuthorized } from './connection.ts'
import type { Life } from './life.ts'
import type { Paired } from './pair.ts'
import { renewals } from './renewals.ts'
import type { Tally } from './tally.ts'
import { Trouble, wordsOf } from './trouble.ts'
import { createVoice, type Voice } from './voice.ts'
import type { Watcher } from './watcher.ts'

export interface StayOptions {
  readonly paired: Paired
  readonly name: string
  readonly life: Life
  readonly mqttUrl: URL
  readonly watcher: Watcher
  readonly tally: Tally
  readonly clock: Clock
  readonly random: () => number
  /** Between two messages; undefined: it only says who it is. */
  readonly pause: Millis | undefined
  /** Whether it is still wanted to say something. */
  readonly maySpeak: () => boolean
  /** It has said who it is, for the first time or again. */
  readonly onReady: () => void
  readonly signal: AbortSignal
}

const FIRST_WAIT = seconds(1)
const LONGEST_WAIT = seconds(30)
/** The hub ended the grant: there is nothing to come back with. */
const GRANT_ENDED = 'refresh: 400 invalid_grant'

/** Resolves when `signal` has aborted, or when the device was put out. Never rejects. */
export async function stay(options: StayOptions): Promise<void> {
  const { clock, random, tally, signal } = options
  const wallet = createWallet(options)
  let wait = FIRST_WAIT
  while (!signal.aborted) {
    try {
      const because = await hold(options, wallet, () => {
        wait = FIRST_WAIT
      })
      if (signal.aborted) return
      tally.count('lost')
      tally.trouble(`connection lost: ${because}`)
    } catch (error) {
      if (signal.aborted) return
      tally.trouble(wordsOf(error))
      if (error instanceof NotAuthorized) wallet.distrust()
      if (error instanceof Trouble && error.words === GRANT_ENDED) return
    }
    await clock.sleep(millis(wait * (0.5 + random())), signal).catch(() => {})
    wait = millis(Math.min(wait * 2, LONGEST_WAIT))
  }
}

/** One connection from its beginning to its end; resolves with the reason of the end. Rejects where it did not come about. */
async function hold(options: StayOptions, wallet: Wallet, onHeld: () => void): Promise<string> {
  const { paired, mqttUrl, tally, clock, random, signal } = options
  const device = paired.client.id
  const accessToken = await wallet.accessToken()
  let voice: Voice | undefined
  const connection = await connect({
    ...{ url: mqttUrl, clientId: device, accessToken, clock },
    will: { topic: stateTopic(device), payload: 'lost' },
    hear: (message) => {
      voice?.answer(message).catch((error: unknown) => tally.trouble(wordsOf(error)))
    },
  })
  const close = () => connection.close()
  signal.addEventListener('abort', close, { once: true })
  if (signal.aborted) close()
  tally.count('held')
  try {
    voice = createVoice({ ...options, connection, device })
    await connection.subscribe(commandFilter(device), 1)
    await voice.introduce()
    options.onReady()
    onHeld()
    const stop = renewals({
      ...{ clock, random, lifetime: wallet.left() },
      renew: () => wallet.renew(connection),
      failed: (words) => tally.trouble(words),
    })
    const hushed = speak(options, voice, connection)
    const because = await connection.ended
    stop()
    await hushed
    return because
  } finally {
    connection.close()
    signal.removeEventListener('abort', close)
    tally.count('held', -1)
  }
}

/** Says something every `pause`, as late as the broker is and never more than one thing at a time. */
async function speak(options: StayOptions, voice: Voice, connection: Connection): Promise<void> {
  const { pause, clock, random, maySpeak } = options
  if (pause === undefined) return
  const over = new AbortController()
  void connection.ended.then(() => over.abort(CALLED_OFF))
  try {
    for (let due = clock.uptime() + pause * random(); ; due = Math.max(due + pause, clock.uptime())) {
      await clock.sleep(millis(Math.max(0, due - clock.uptime())), over.signal)
      if (maySpeak()) await voice.goOn()
    }
  } catch (error) {
    // The end of the connection is told by the connection.
    if (!over.signal.aborted && !(error instanceof Trouble)) throw error
  }
}

interface Wallet {
  /** One that is good for a while, fetched where the one at hand is not. */
  accessToken(): Promise<string>
  /** How long the one at hand is still good. */
  left(): Millis
  /** Replaces the token of a connection; resolves with the lifetime of the new one. */
  renew(connection: Connection): Promise<Millis>
  /** The broker did not take the one at hand. */
  distrust(): void
}

/** Less life than this is none: it might end on the way. */
const MARGIN = millis(500)

function createWallet({ paired, clock, tally }: StayOptions): Wallet {
  let { accessToken, lifetime, refreshToken } = paired.tokens
  let endsAt = clock.uptime() + lifetime
  const left = () => millis(Math.max(0, endsAt - clock.uptime()))
  const refresh = async (): Promise<void> => {
    const next = await paired.client.refresh(refreshToken)
    ;({ accessToken, lifetime } = next)
    refreshToken = next.refreshToken ?? refreshToken
    endsAt = clock.uptime() + lifetime
    tally.count('refreshed')
  }
  return {
    left,
    async accessToken() {
      if (left() < MARGIN) await refresh()
      return accessToken
    },
    async renew(connection) {
      await refresh()
      await connection.publish(AUTHZ_TOPIC, accessToken, { retain: false, qos: 1 })
      return lifetime
    },
    distrust() {
      endsAt = clock.uptime()
    },
  }
}
