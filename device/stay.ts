// Staying in: one connection after the other, each with a fresh token, until the grant ends or the agent does.
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { DeviceId } from '#contract/ids.ts'
import { type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { propertyTopic } from '#contract/topics.ts'
import { createComplaint } from './complaint.ts'
import { backOff } from './link/back-off.ts'
import type { Obedience } from './link/commands.ts'
import type { Outbox } from './link/outbox.ts'
import { createPublisher } from './link/publisher.ts'
import type { Reports } from './link/reports.ts'
import { connect, GOOD_BYE, type MqttSession, NotAuthorized } from './link/session.ts'
import type { Held, TokenSource } from './link/tokens.ts'
import type { Lookup } from './lookup.ts'
import type { Network } from './network.ts'
import type { Final } from './oauth/answer.ts'
import type { HubClient } from './oauth/hub.ts'
import { reasonOf } from './reason.ts'
import type { RunningProduct } from './run.ts'
import type { Server } from './server.ts'
import type { Status } from './status.ts'

export interface StayOptions {
  readonly device: DeviceId
  readonly name: string
  readonly descriptionVersion: number
  readonly product: RunningProduct
  readonly outbox: Outbox
  readonly reports: Reports
  readonly obedience: Obedience
  readonly tokens: TokenSource
  /** Looks the hub up again: it may have moved while we were away. */
  readonly findHub: () => Promise<HubClient>
  /** A broker that is not the hub's. */
  readonly broker: URL | undefined
  readonly lookup: Lookup | undefined
  readonly network: Network | undefined
  readonly keepAlive: Millis | undefined
  readonly clock: Clock
  readonly random: () => number
  readonly log: Logger
  readonly signal: AbortSignal
  readonly tell: (status: Status) => void
}

/** A renewal that found nobody is tried again this often, until the token ends. */
const RENEW_AGAIN = seconds(5)
/** A server whose tokens live for moments is not asked without end. */
const RENEW_AT_MOST_EVERY = seconds(1)
/** A connection that lasted as long was a good one. */
const HELD = minutes(1)

/** Resolves with the refusal when the hub ended the grant, or undefined when `signal` aborted. */
export async function stayOnline(options: StayOptions): Promise<Final | undefined> {
  const { clock, random, log, signal, tell } = options
  const offline = createComplaint(log, 'offline')
  let failures = 0
  let renew = false
  while (!signal.aborted) {
    const begun = clock.uptime()
    const outcome = await stayOnce(options, renew)
    if (signal.aborted) break
    if (outcome.type === 'ended') return outcome.error
    tell({ phase: 'offline', because: outcome.because })
    if (outcome.type === 'was_online') offline.over()
    offline.of(outcome.because)
    // A token that was refused is exchanged at once: it may have been revoked, and then the hub says so.
    const exchange = outcome.type === 'not_authorized' && !renew
    renew = outcome.type === 'not_authorized'
    // A hub that falls over whenever somebody is in is not asked again and again.
    const held = outcome.type === 'was_online' && clock.uptime() - begun >= HELD
    failures = held ? 0 : failures + 1
    if (!exchange) await clock.sleep(backOff(failures, random), signal).catch(() => {})
  }
  return undefined
}

type Outcome =
  | { readonly type: 'ended'; readonly error: Final }
  | { readonly type: 'was_online' | 'not_reached' | 'not_authorized'; readonly because: string }

async function stayOnce(options: StayOptions, renew: boolean): Promise<Outcome> {
  const { device, obedience, tokens, findHub, broker, lookup, network, clock, keepAlive } = options
  let server: Server | undefined
  try {
    const hub = await findHub()
    server = hub.server
    const fresh = await tokens.fresh({ renew })
    if (fresh.type === 'ended') return fresh
    if (fresh.type === 'unreachable') return { type: 'not_reached', because: fresh.because }
    const { accessToken } = fresh.held
    const url = broker ?? hub.mqttUrl
    await using session = await connect({
      url,
      device,
      accessToken,
      proof: isWebSocket(url) ? await hub.proofFor?.(accessToken, url) : undefined,
      ...{ ca: hub.server.ca, lookup, network, clock, keepAlive },
      hear: (message, publish) => {
        void obedience.obey(message).then((answer) => {
          if (answer === undefined) return
          const topic = propertyTopic(device, 'ack/last')
          publish(topic, JSON.stringify(answer), { retain: false, qos: 0 }).catch(() => {})
        })
      },
    })
    const isOwn = broker === undefined && hub.mqttUrl.hostname === hub.server.issuer.hostname
    return await beOnline(options, session, { held: fresh.held, isOwn })
  } catch (error) {
    return { type: error instanceof NotAuthorized ? 'not_authorized' : 'not_reached', because: reasonOf(error, server) }
  }
}

const isWebSocket = ({ protocol }: URL): boolean => protocol === 'ws:' || protocol === 'wss:'

/** From CONNACK to the end of the connection. */
async function beOnline(
  options: StayOptions,
  session: MqttSession,
  { held, isOwn }: { readonly held: Held; readonly isOwn: boolean },
): Promise<Outcome> {
  const { device, name, descriptionVersion: version, product, clock, signal, tell, log } = options
  const { outbox, reports } = options
  const publisher = createPublisher({ session, device, name, version, product })
  const gone = new AbortController()
  const over = AbortSignal.any([gone.signal, signal])
  // What happens while we introduce ourselves follows in order: MQTT keeps it on one connection.
  const introduced = publisher.introduce()
  const stops = [
    product.listen({
      changed: (path, value) => void publisher.property(path, value).catch(() => {}),
      alerted: (id, text) => void publisher.alert(id, text).catch(() => {}),
    }),
    outbox.deliver(publisher.event),
    reports.deliver((report) => void publisher.report(report).catch(() => {})),
  ]
  try {
    await introduced
    log.info({ device }, 'online')
    tell({ phase: 'online', device })
    // A broker that is not the hub's would take the token for a message and hand it to whoever listens. It asks for one at CONNECT only:
    // when it ends the connection, the next one has a fresh token.
    const renewing = isOwn ? [keepTokenFresh(options, session, held, over)] : []
    const ended = await Promise.race([session.ended, abortOf(signal, gone.signal), ...renewing])
    if (signal.aborted) await Promise.race([publisher.state('disconnected').catch(() => {}), clock.sleep(GOOD_BYE)])
    return typeof ended === 'string' ? { type: 'was_online', because: ended } : ended
  } finally {
    for (const stop of stops) stop()
    gone.abort()
  }
}

/** Renews the token and hands it over on the connection. Resolves only when the hub ended the grant. */
async function keepTokenFresh(
  { tokens, clock, log }: StayOptions,
  session: MqttSession,
  first: Held,
  over: AbortSignal,
): Promise<Outcome> {
  let wait = millis(first.renewAt - clock.uptime())
  for (;;) {
    await clock.sleep(millis(Math.max(RENEW_AT_MOST_EVERY, wait)), over).catch(() => {})
    if (over.aborted) return new Promise(() => {})
    const fresh = await tokens.fresh({ renew: true })
    if (fresh.type === 'ended') return fresh
    if (fresh.type === 'unreachable') {
      log.warn({ because: fresh.because }, 'could not renew the access token')
      wait = RENEW_AGAIN
      continue
    }
    await session.replaceToken(fresh.held.accessToken).catch(() => {})
    wait = millis(fresh.held.renewAt - clock.uptime())
  }
}

/** Nobody listens any more once `over`: the agent's signal outlives its connections. */
const abortOf = (signal: AbortSignal, over: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('the agent stops')
    else signal.addEventListener('abort', () => resolve('the agent stops'), { once: true, signal: over })
  })
