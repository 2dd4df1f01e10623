// The real hub for people who build devices, apps and firmware, with an authorization server and a broker that can be told to misbehave. It
// is on this machine's own time, and reachable from this machine alone.
import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { systemClock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { createAnswering } from './mock-hub/answering.ts'
import type { MockHub, MockHubOptions } from './mock-hub/api.ts'
import { createAuthorizationControl } from './mock-hub/authorization.ts'
import { createBrokerControl } from './mock-hub/broker.ts'
import { createConnections } from './mock-hub/connections.ts'
import { CONTROL_PATH, control } from './mock-hub/control.ts'
import { openDoors } from './mock-hub/doors.ts'
import { endpointOf } from './mock-hub/endpoints.ts'
import { type Asked, forward } from './mock-hub/forward.ts'
import { startInner } from './mock-hub/inner.ts'
import { readAddress } from './mock-hub/listen.ts'
import { createMessages } from './mock-hub/messages.ts'
import { createResident } from './mock-hub/resident.ts'
import { createWaiting } from './mock-hub/waiting.ts'
import { wholeSeconds } from './mock-hub/whole-seconds.ts'
import { randomStream } from './random.ts'
import { createTemporaryFolder } from './temporary-folder.ts'
import { OWNER } from './visitor/sign-in.ts'

export type { PlannedAnswer, WholeAnswer } from './answers.ts'
export type { Length } from './length.ts'
export type { MockHub, MockHubOptions } from './mock-hub/api.ts'
export type { AuthorizationControl } from './mock-hub/authorization.ts'
export type { BrokerControl, Disturbance, PublishOptions } from './mock-hub/broker.ts'
export type { ShownCode } from './mock-hub/codes.ts'
export type { Refusal, ReturnCode } from './mock-hub/connections.ts'
export type { Endpoint, GrantType, Where } from './mock-hub/endpoints.ts'
export type { HeardMessage, MessageOptions } from './mock-hub/messages.ts'
export type { Alteration, HonestAnswer, Planned } from './mock-hub/plan.ts'
export type { RecordedRequest } from './mock-hub/requests.ts'

const FREE_PORT = '127.0.0.1:0'
/** On requests of our own: no answer is planned for them, and nobody wants to read about them. */
const OURS = 'x-latchkey-mock-hub'

/** Starts a hub in a folder that goes away, on free ports unless told others: `await using hub = await startHub()`. */
export async function startHub(options: MockHubOptions = {}): Promise<MockHub> {
  const { authorization = {}, broker: faults = {}, seed = 1, onCode = () => {} } = options
  const log = options.log ?? pino({ level: 'silent' })
  const addresses = {
    http: readAddress(options.http ?? FREE_PORT, 'http'),
    mqtt: readAddress(options.mqtt ?? FREE_PORT, 'mqtt'),
  }
  const tokens = authorization.tokens === undefined ? undefined : wholeSeconds(authorization.tokens, 'tokens')
  const pollInterval = wholeSeconds(authorization.pollInterval ?? seconds(2), 'pollInterval')
  const begin = systemClock.uptime()
  const now = (): Millis => millis(Math.round(systemClock.uptime() - begin))
  const stopped = new AbortController()
  const { signal } = stopped

  await using began = new AsyncDisposableStack()
  const folder = began.use(createTemporaryFolder('latchkey-mock-hub'))
  const doors = began.use(await openDoors(addresses))
  const issuer = new URL(`http://localhost:${doors.httpPort}`)
  const mqttUrl = new URL(`mqtt://localhost:${doors.mqttPort}`)

  const waiting = createWaiting(systemClock, signal)
  const messages = createMessages({ waiting, now })
  const connections = createConnections({ clock: systemClock, random: randomStream(seed, 'mock-hub/messages'), signal })
  const { meddle } = connections
  const inner = began.use(
    await startInner({
      ...{ folder: folder.path, publicUrl: issuer, log, pollInterval, tokens, meddle },
      observe: (message) => messages.hear(message),
    }),
  )
  // Before all else: whoever waits, hangs or hears nothing is let go, and nobody comes in any more.
  began.defer(async () => {
    stopped.abort()
    await doors[Symbol.asyncDispose]()
  })

  const ask = async (asked: Asked) => forward(asked, (await inner.hub()).httpPort)
  const answering = createAnswering({
    ...{ ask, mqttUrl, now, waiting, onCode },
    onPolled({ userCode }) {
      if (authorization.approveAll !== true) return
      hub.approve(userCode).catch((err: unknown) => log.error({ err, userCode }, 'could not let a device in'))
    },
  })
  const secret = randomUUID()
  doors.open({
    hub: () => inner.hub(),
    async serve(asked, response) {
      const path = asked.url.split('?', 1)[0] ?? '/'
      if (`${path}/`.startsWith(CONTROL_PATH)) return control(hub, asked, response)
      const endpoint = asked.headers[OURS] === secret ? undefined : endpointOf(asked.method, path)
      if (endpoint !== undefined) return answering.answer(endpoint, asked, response)
      const { status, headers, body } = await ask(asked)
      response.writeHead(status, headers).end(body)
    },
  })
  const { ownerLink } = await inner.hub()
  const resident = await createResident({ issuer, ownerLink, headers: { [OURS]: secret } })

  const broker = createBrokerControl({ connections, messages, inner })
  const decide = async (userCode: string, answer: 'approved' | 'denied'): Promise<void> => {
    await resident.decide(userCode, answer)
    answering.decided(userCode, answer)
  }
  const hub = {
    ...{ issuer, mqttUrl, broker, owner: OWNER },
    webSocketUrl: new URL(`ws://localhost:${doors.httpPort}/mqtt`),
    controlUrl: new URL(CONTROL_PATH, issuer),
    accessToken: (scopes?: readonly string[]) => resident.accessToken(scopes),
    approve: (userCode: string) => decide(userCode, 'approved'),
    deny: (userCode: string) => decide(userCode, 'denied'),
    authorization: createAuthorizationControl({ answering, inner, resident }),
    reset() {
      answering.plan.forget()
      answering.requests.forget()
      messages.forget()
      broker.disturb(undefined)
      broker.accept()
    },
  }
  hub.authorization.next(...(authorization.answers ?? []))
  broker.disturb(faults.disturb)
  if (faults.refuse !== undefined) broker.refuse(faults.refuse)

  const running = began.move()
  return { ...hub, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
