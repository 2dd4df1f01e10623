// The hub, put together: who may come in (authorization), who may say and hear what (broker), what the house is (home), and the page on
// the phone (web). One function starts it, one disposal ends it.
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import { type Clock, dateOf, systemClock } from '#contract/clock.ts'
import { openFolder } from '#contract/files.ts'
import { isLoopbackHost } from '#contract/settings.ts'
import { type Millis, minutes, seconds } from '#contract/time.ts'
import { LEGACY_REASONS } from './authorization/flows/legacy.ts'
import { ACCESS_TOKEN_LIFETIME } from './authorization/lifetimes.ts'
import type { PasswordCost } from './authorization/people/password.ts'
import { STRANGER_LIMITS, type StrangerLimits } from './authorization/strangers.ts'
import { type Accepted, type Broker, startBroker } from './broker/broker.ts'
import { LIMITS } from './broker/limits.ts'
import type { HubPacket } from './broker/messages.ts'
import { acceptWebSockets } from './broker/web-socket.ts'
import type { HubConfig } from './config.ts'
import { boundConnections } from './connections.ts'
import { serveControl } from './control/socket.ts'
import { startAnnouncements } from './discovery/announce.ts'
import type { Door } from './door/door.ts'
import { startFeed } from './home/feed.ts'
import { close, listen } from './listen.ts'
import { openDatabase } from './store/database.ts'
import { openCertificates, type TrustFacts } from './tls/certificates.ts'
import { clientAddress, type HostPolicy } from './web/host.ts'

export type { Accepted } from './broker/broker.ts'
export { HELP_SETTING, HUB_SETTINGS, JSON_SETTING, readHubConfig, readHubSettings } from './config.ts'
export { formatHub } from './terminal.ts'

export interface HubOptions extends HubConfig {
  readonly log: Logger
  readonly clock?: Clock
  /** How long devices are asked to wait between polls; two seconds. */
  readonly pollInterval?: Millis
  /** The built phone page. */
  readonly page?: string
  /** Ten minutes. */
  readonly accessTokenLifetime?: Millis
  /** What those who are not let in yet may ask for, where it is not `STRANGER_LIMITS`. */
  readonly strangers?: Partial<StrangerLimits>
  /** What is acknowledged survives a cut of the power, or only the death of the process; the first. */
  readonly survives?: 'power_cut' | 'crash'
  /** What new passwords are hashed at, where it is not `PASSWORD_COST`: less for a test. */
  readonly passwordCost?: PasswordCost
  /** Uniform in [0, 1): names of devices come from it, secrets never. */
  readonly random?: () => number
  /** Hears each message that the broker has accepted, in its order. A test kit's; the hub itself has no use for it. */
  readonly observe?: (message: Accepted) => void
  /** Stands before everything that speaks HTTP, and takes a request on itself by returning true. A test kit's, as the next. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
  /** Stands between the broker and each of its connections. */
  readonly meddle?: (stream: Duplex) => Duplex
}

export interface Hub extends AsyncDisposable {
  /** The issuer, and the base of every address. */
  readonly publicUrl: URL
  readonly mqttPort: number | undefined
  readonly mqttsPort: number | undefined
  readonly httpPort: number
  /** Says something by the hub's own authority. */
  publish(packet: HubPacket): Promise<void>
  /** Takes a connection that came through no listener of its own. */
  accept(stream: Duplex, address: string): void
  /** Ends every connection of an OAuth client, as a bad network does; its tokens stay good. */
  dropConnections(clientId: string): void
  /** The authorization server, where that is not the hub. */
  readonly signInAt: string | undefined
  /** Makes the owner; undefined once there is one, and where another server says who comes in. */
  readonly ownerLink: URL | undefined
  /** Where a phone gets our certificate authority, and the fingerprint to compare. */
  readonly trust: TrustFacts | undefined
}

const PAGE = fileURLToPath(new URL('./web/page/dist', import.meta.url))
const SWEEP_EVERY = minutes(1)

/** Starts a hub. Rejects, having undone what it began, when something it needs is not to be had. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { folder, tls, log, clock = systemClock, pollInterval = seconds(2), page = PAGE, survives } = options
  const { accessTokenLifetime = ACCESS_TOKEN_LIFETIME, random = Math.random, legacyFlows = [], external } = options
  const strangers = { ...STRANGER_LIMITS, ...options.strangers }
  const { intercept = () => false, meddle = (stream) => stream } = options
  await using began = new AsyncDisposableStack()
  await openFolder(folder)
  const database = began.adopt(openDatabase(folder, survives), (opened) => opened.close())

  // Ports first: an issuer on a port that the system chose is known only afterwards.
  const certificates = began.use(
    await openCertificates({ config: tls, folder, clock, log, host: options.publicUrl?.hostname }),
  )
  const server = certificates.context ? createHttpsServer(certificates.context) : createHttpServer()
  // A phone sends its request in one go; who does not is not waited for.
  server.headersTimeout = seconds(10)
  server.requestTimeout = seconds(30)
  const bounds = { most: LIMITS.connections, perAddress: LIMITS.connectionsPerAddress, clock, log }
  const bounded = <S extends Server>(listens: S, listener: string) => boundConnections(listens, { ...bounds, listener })
  bounded(server, 'http')
  const httpPort = await listen(server, options.http, 'LATCHKEY_HTTP')
  began.adopt(server, stopServer)
  certificates.keepFresh(server)
  const publicUrl = options.publicUrl ?? new URL(`${certificates.context ? 'https' : 'http'}://localhost:${httpPort}`)

  let broker: Broker | undefined
  const tcp = options.mqtt && bounded(createTcpServer(), 'mqtt')
  const mqttPort = tcp && options.mqtt ? await listen(tcp, options.mqtt, 'LATCHKEY_MQTT') : undefined
  if (tcp) {
    tcp.on('connection', (socket) => accept(socket))
    began.adopt(tcp, close)
  }
  const secure =
    options.mqtts && certificates.context && createTlsServer(certificates.context, (socket) => accept(socket))
  const mqttsPort = secure && options.mqtts ? await listen(secure, options.mqtts, 'LATCHKEY_MQTTS') : undefined
  if (secure) {
    bounded(secure, 'mqtts')
    began.adopt(secure, close)
    certificates.keepFresh(secure)
  }
  const handle = (stream: Duplex, address: string) => broker?.handle(meddle(stream), address)
  const accept = (socket: Socket) => {
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    if (broker === undefined || socket.destroyed) socket.destroy()
    else handle(socket, socket.remoteAddress ?? 'unknown')
  }

  // A hub has one of the two, and each brings libraries that the other does without.
  const openDoor = async (): Promise<Door> => {
    if (external !== undefined) {
      const { openExternalDoor } = await import('./door/external.ts')
      return openExternalDoor({ config: external, database, clock, log })
    }
    const { openOwnDoor } = await import('./door/own.ts')
    return openOwnDoor({
      ...{ folder, publicUrl, database, clock, log, pollInterval, accessTokenLifetime, strangers, random },
      ...{ legacyFlows, identityProviders: options.identityProviders, passwordCost: options.passwordCost },
      mqttEndpoint: mqttEndpoint(publicUrl, mqttPort, mqttsPort),
      ownPorts: [httpPort, mqttPort, mqttsPort].filter((port) => port !== undefined),
      onGrantEnded: (grantId) => broker?.endGrant(grantId),
    })
  }
  const door = began.use(await openDoor())
  const { admission } = door
  const started = began.use(
    await startBroker({ folder: join(folder, 'broker'), admission, publicUrl, clock, log, observe: options.observe }),
  )
  const feed = began.adopt(await startFeed(started, database, log), (running) => running.stop())
  began.adopt(await startAnnouncements({ broker: started, publicUrl, log }), (running) => running.stop())

  const host = hostPolicy(publicUrl, httpPort, options, certificates.names)
  // Only now is it sure that this hub is the only one of its folder.
  const { web, answer } = door.open({ broker: started, feed, host, page, isReady: () => broker !== undefined })
  server.on('request', (request, response) => {
    response.setHeader('date', dateOf(clock.now()).toUTCString())
    if (!intercept(request, response)) web(request, response)
  })
  const webSockets = began.adopt(
    acceptWebSockets({
      origin: publicUrl.origin,
      addressOf: (request) => clientAddress(request, host),
      handle,
    }),
    (running) => running.close(),
  )
  server.on('upgrade', webSockets.upgrade)
  broker = started
  began.use(await serveControl({ folder, answer, clock, log }))

  const sweeping = new AbortController()
  began.defer(() => sweeping.abort())
  void sweepEvery(SWEEP_EVERY, door, clock, log, sweeping.signal)
  const trust = began.use(await certificates.serveTrust(publicUrl, (page) => bounded(page, 'trust')))
  const trustPage = trust.facts?.page
  const authority = trustPage && new URL('/trust/latchkey-ca.crt', trustPage)
  if (options.mdns) {
    const { startMdns } = await import('./discovery/mdns.ts')
    began.use(startMdns({ publicUrl, httpPort, authority, log }))
  }

  for (const flow of legacyFlows) log.warn({ flow, because: LEGACY_REASONS[flow] }, 'a discouraged flow is on')
  const running = began.move()
  log.info({ issuer: door.signInAt ?? publicUrl.origin, mqttPort, mqttsPort }, 'hub ready')
  return {
    ...{ publicUrl, mqttPort, mqttsPort, httpPort, trust: trust.facts },
    accept: handle,
    publish: started.publish,
    dropConnections: (clientId) => started.endClient(clientId),
    signInAt: door.signInAt,
    get ownerLink() {
      return door.ownerLink
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Names that are ours besides the public one, so that a browser that used them is sent there. */
function hostPolicy(publicUrl: URL, port: number, { http, tls }: HubConfig, names: readonly string[]): HostPolicy {
  const own = isLoopbackHost(http.host) ? ['localhost', '127.0.0.1', '[::1]'] : names
  return {
    publicUrl,
    aliases: new Set(own.map((name) => `${name}:${port}`)),
    // TLS outside and none inside: a proxy of the household's own stands between.
    behindProxy: publicUrl.protocol === 'https:' && tls.type === 'off',
  }
}

/** Devices that speak bare MQTT are spared the WebSocket; where that would leave the machine in clear, they are not. */
function mqttEndpoint({ protocol, hostname }: URL, mqtt: number | undefined, mqtts: number | undefined) {
  if (protocol === 'https:') return mqtts === undefined ? undefined : `mqtts://${hostname}:${mqtts}`
  return mqtt === undefined || !isLoopbackHost(hostname) ? undefined : `mqtt://${hostname}:${mqtt}`
}

async function sweepEvery(every: Millis, door: Door, clock: Clock, log: Logger, signal: AbortSignal) {
  while (!signal.aborted) {
    await clock.sleep(every, signal).catch(() => {})
    if (signal.aborted) return
    try {
      await door.sweep()
    } catch (err) {
      log.error({ err }, 'could not sweep what has expired')
    }
  }
}

async function stopServer(server: HttpServer): Promise<void> {
  server.closeAllConnections()
  await close(server)
}
