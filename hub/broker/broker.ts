// aedes behind one decision. The hooks here only translate between aedes and admission, permission and the sessions.
import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { Duplex } from 'node:stream'
import { Aedes, type AedesOptions, type AedesPublishPacket, type Client, type PublishPacket } from 'aedes'
import { ClassicLevel } from 'classic-level'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { DeviceId } from '#contract/ids.ts'
import { AUTHZ_TOPIC, deviceRoot, HOMIE_ROOT, stateTopic } from '#contract/topics.ts'
import type { Admission } from './admission.ts'
import { type Entry, judgeConnect } from './doorkeeper.ts'
import { createFilterLimit } from './filter-limit.ts'
import { limitFrames } from './frame-limit.ts'
import { publishInOrder } from './in-order.ts'
import { LIMITS } from './limits.ts'
import type { HubPacket, Message, Messages } from './messages.ts'
import { type Action, decide } from './permission.ts'
import { startPresence } from './presence.ts'
import type { Principal } from './principal.ts'
import { Persistence } from './retained.ts'
import { createRetainedLimit } from './retained-limit.ts'
import { createSessions } from './sessions.ts'

/** A message that the broker has taken from a client, or from the hub itself (`from` undefined). */
export interface Accepted {
  /** The OAuth client that sent it. */
  readonly from: string | undefined
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

export interface Broker extends Messages, AsyncDisposable {
  /** Takes a connection from a listener, or in a test from a `duplexPair`. */
  handle(stream: Duplex, address: string): void
  /** Puts a device out for good: its connections end, its last will included, and nothing of it stays retained. */
  removeDevice(device: DeviceId): Promise<void>
  /** Nothing of a device stays retained; one that comes back is new. False, and nothing happens, while it is connected. */
  forgetDevice(device: DeviceId): Promise<boolean>
  /** Ends every connection that stands on this grant. */
  endGrant(grantId: string): void
  /** Ends every connection of an OAuth client; a device is one. */
  endClient(clientId: string): void
  connections(): readonly Principal[]
}

export async function startBroker(options: {
  /** LevelDB lives here; one broker a folder. */
  readonly folder: string
  readonly admission: Admission
  /** The hub's own address: a proof of possession is made for it. */
  readonly publicUrl: URL
  readonly clock: Clock
  readonly log: Logger
  readonly observe?: ((message: Accepted) => void) | undefined
}): Promise<Broker> {
  const { folder, admission, clock, log, observe } = options
  const approach = { method: 'CONNECT', url: new URL('/mqtt', options.publicUrl).href }
  const level = new ClassicLevel(folder)
  await level.open().catch((cause: unknown) => {
    throw new Error(`Cannot open ${folder} as no other hub may use it and its disk must have room`, { cause })
  })
  const persistence = new Persistence(level)
  const retainedLimit = createRetainedLimit(await persistence.retained(`${HOMIE_ROOT}/#`))
  const sessions = createSessions(clock, (client) => client.close())
  const entries = new WeakMap<Client, Entry>()
  const addresses = new WeakMap<Duplex, string>()
  const judgedWills = new WeakSet<object>()
  const filterLimit = createFilterLimit()
  /** Those whose end aedes tells of; it keeps quiet about a connection that breaks while it is being opened. */
  const registered = new WeakSet<Client>()
  let isEnding = false
  /** Grants that end in this turn: aedes leaves one between admitting a client and letting it in. */
  const ending = new Set<string>()
  const removed = new Set<DeviceId>()
  const isRemoved = (device: DeviceId | undefined) => device !== undefined && removed.has(device)

  const count = sessions.count
  const randomId = () => randomUUID()
  const ask = (client: Client | null, action: Action): boolean => {
    const principal = sessions.find(client)
    const verdict = decide(principal, action, clock.now())
    if (verdict.allowed) return true
    const about = { client: client?.id, action: action.type, because: verdict.because }
    const where = action.type === 'subscribe' ? { filter: action.filter } : { topic: action.topic }
    // Withholding commands from those who watch everything is no news.
    if (action.type !== 'receive') log.warn({ ...about, ...where }, 'refused')
    return false
  }

  const preConnect: NonNullable<AedesOptions['preConnect']> = (client, packet, done) => {
    judgeConnect(packet, { admission, approach, clock, count, randomId })
      .then((entry) => {
        entries.set(client, entry)
        if (entry.admitted) {
          // aedes takes id, session and will from the packet after this hook. The session is always a clean one: a momentary action is
          // delivered now or not at all, states are retained, and a queue would outlive the right to it.
          Object.assign(packet, { clientId: entry.clientId, clean: true })
          if (packet.will !== undefined) judgedWills.add(packet.will)
        }
        done(null, true)
      })
      .catch((error: Error) => done(error, false))
  }

  const authenticate: NonNullable<AedesOptions['authenticate']> = (client, _username, _password, done) => {
    const entry = entries.get(client)
    if (entry?.admitted === true && !ending.has(entry.principal.grantId)) {
      if (!client.closed) sessions.set(client, entry.principal)
      return done(null, true)
    }
    const because = entry?.admitted === false ? entry.because : entry === undefined ? 'no_session' : 'revoked'
    log.warn({ address: addresses.get(client.conn as Duplex), because }, 'connection refused')
    // 5: "The Client is not authorized to connect" (MQTT 3.1.1 §3.2.2.3).
    done(Object.assign(new Error(`Cannot admit the client: ${because}`), { returnCode: 5 }), false)
  }

  /** Replaces a connection's token by a newer one of the same client and person; behind a space comes the proof of a bound one. */
  const replaceToken = async (client: Client, payload: string): Promise<void> => {
    const before = sessions.find(client)
    const [token = '', proof] = payload.split(' ')
    const next = await admission.admit(token, { ...approach, proof })
    if (before?.clientId !== next.clientId || before.subject !== next.subject) {
      throw new Error('Cannot replace the token of a connection as it must be of the same client: got another one')
    }
    if (!client.closed) sessions.set(client, next)
  }

  // An error closes the connection, as MQTT 3.1.1 §3.3.5 allows: it has no other way to say no.
  const authorizePublish: NonNullable<AedesOptions['authorizePublish']> = (client, packet, done) => {
    // Judged at CONNECT. Its token may have expired since, which is no reason to keep quiet about the device being gone.
    if (isRemoved(sessions.find(client)?.device)) return done(new Error('Cannot publish as the device was unpaired'))
    if (client === null || judgedWills.has(packet)) return done(null)
    const bytes = Buffer.from(packet.payload)
    if (!isUtf8(bytes)) return done(new Error('Cannot publish as the payload must be UTF-8'))
    const payload = bytes.toString()
    if (!ask(client, { type: 'publish', topic: packet.topic, retain: packet.retain, payload })) {
      return done(new Error('Cannot publish as the token must allow this topic'))
    }
    const device = sessions.find(client)?.device
    if (packet.retain && device !== undefined && !retainedLimit.allows(device, packet.topic, payload)) {
      log.warn({ device }, 'device keeps too many topics')
      return done(new Error('Cannot keep another topic as a device may keep only so many'))
    }
    if (packet.topic !== AUTHZ_TOPIC) return done(null)
    // What goes on from here is the notice that there was a token, never the token.
    packet.payload = ''
    replaceToken(client, payload).then(
      () => done(null),
      (error: Error) => done(error),
    )
  }

  const aedes = await Aedes.createBroker({
    persistence,
    concurrency: LIMITS.concurrency,
    heartbeatInterval: LIMITS.heartbeat,
    connectTimeout: LIMITS.connectTime,
    drainTimeout: LIMITS.drainTime,
    queueLimit: LIMITS.queuedBeforeConnack,
    maxInflightInbound: LIMITS.inflightInbound,
    maxClientsIdLength: LIMITS.clientIdLength,
    maxTopicLevels: LIMITS.topicLevels,
    preConnect,
    authenticate,
    authorizePublish,
    authorizeSubscribe(client, subscription, done) {
      const tooMany = new Error('Cannot listen to another filter as a connection may have only so many')
      // aedes asks about the rest of a packet also when the first of it has ended the connection.
      if (client.closed) return done(tooMany)
      if (!filterLimit.allows(client, subscription.topic)) {
        log.warn({ client: client.id, because: 'too_many_filters' }, 'connection ended')
        return done(tooMany)
      }
      // Null answers 128 for this filter and keeps the connection (MQTT 3.1.1 §3.9.3).
      done(null, ask(client, { type: 'subscribe', filter: subscription.topic }) ? subscription : null)
    },
    authorizeForward: (client, packet) => (ask(client, { type: 'receive', topic: packet.topic }) ? packet : null),
  })

  const settled = publishInOrder(aedes)
  if (observe !== undefined) {
    aedes.on('publish', ({ topic, payload, retain }, client) => {
      if (topic.startsWith('$SYS/')) return
      observe({ from: sessions.find(client)?.clientId, topic, payload: payload.toString(), retain })
    })
  }

  const publish = ({ topic, payload, retain = false, qos = 0 }: HubPacket): Promise<void> =>
    new Promise((resolve, reject) => {
      const packet: PublishPacket = { cmd: 'publish', topic, payload, retain, qos, dup: false }
      aedes.publish(packet, (error) => (error ? reject(error) : resolve()))
    })
  const subscribe = async (filter: string, hear: (message: Message) => void): Promise<() => void> => {
    const deliver = (packet: AedesPublishPacket, done: () => void) => {
      hear({ topic: packet.topic, payload: Buffer.from(packet.payload), retain: packet.retain })
      done()
    }
    await new Promise<void>((resolve) => aedes.subscribe(filter, deliver, resolve))
    return () => aedes.unsubscribe(filter, deliver, () => {})
  }
  const retained = (filter: string) => persistence.retained(filter)
  const presence = await startPresence({ publish, subscribe, retained })
  const clear = async (device: DeviceId): Promise<void> => {
    // Homie 5: an empty `$state` says that the device is gone; the rest follows.
    await publish({ topic: stateTopic(device), payload: '', retain: true, qos: 1 })
    const left = () => retained(`${deviceRoot(device)}/#`)
    // Again until nothing is left: a message may have been on its way to the disk.
    for (let topics = await left(); topics.length > 0; topics = await left()) {
      for (const { topic } of topics) await publish({ topic, payload: '', retain: true, qos: 1 })
    }
  }

  aedes.on('client', (client) => registered.add(client))
  aedes.on('subscribe', (_subscriptions, client) => persistence.readFor(client))
  aedes.on('unsubscribe', (left, client) => filterLimit.leave(client, left))
  aedes.on('clientDisconnect', (client) => {
    const device = sessions.find(client)?.device
    sessions.delete(client)
    // A hub that ends says nothing of those whom it puts out; the next one looks who is there.
    if (isEnding || device === undefined || isRemoved(device) || sessions.isConnected(device)) return
    presence.ended(device).catch((err: unknown) => log.error({ err, device }, 'could not say that a device is lost'))
  })
  const onError = (client: Client, error: Error) => {
    log.debug({ client: client.id, because: error.message }, 'connection failed')
  }
  aedes.on('clientError', onError)
  aedes.on('connectionError', onError)
  const emitter: EventEmitter = aedes
  emitter.on('error', (err: Error) => log.error({ err }, 'broker failed'))

  return {
    handle(stream, address) {
      addresses.set(stream, address)
      const client = aedes.handle(stream)
      stream.once('close', () => {
        if (!registered.has(client)) sessions.delete(client)
      })
      limitFrames(stream, () => (sessions.find(client) === undefined ? LIMITS.connectBytes : LIMITS.packetBytes))
    },
    publish,
    subscribe,
    retained,
    async removeDevice(device) {
      removed.add(device)
      sessions.endClient(device)
      await clear(device)
    },
    async forgetDevice(device) {
      if (sessions.isConnected(device)) return false
      await clear(device)
      return true
    },
    endGrant(grantId) {
      ending.add(grantId)
      setImmediate(() => ending.delete(grantId))
      sessions.endGrant(grantId)
    },
    endClient: sessions.endClient,
    connections: sessions.all,
    async [Symbol.asyncDispose]() {
      isEnding = true
      presence.stop()
      // aedes acknowledges before it stores: what was acknowledged is not left behind.
      await settled()
      await new Promise<void>((resolve) => aedes.close(() => resolve()))
      await settled()
      await level.close()
    },
  }
}
