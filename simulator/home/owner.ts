// The person who lives here: makes the home their own, lets devices in, and controls them from a phone. All of it through the real
// endpoints, as a browser and a phone would.
import type { Socket } from 'node:net'
import mqtt from 'mqtt'
import * as oauth from 'oauth4webapi'
import { AUDIENCE, HOME_SCOPES } from '#contract/scopes.ts'
import { type Instant, instant, seconds } from '#contract/time.ts'
import { createLine, type Line } from '../network/line.ts'
import { runAs, runOutside } from '../time/participant.ts'
import type { HubSlot } from './hub-slot.ts'
import { createPerson, type Person } from './person.ts'
import type { World } from './world.ts'

/** Of a home that exists for as long as a test does. */
const OWNER = { name: 'Robin', password: 'correct horse battery' }
const PAGE_CLIENT = 'latchkey-page'
const EVERYTHING = ['openid', ...HOME_SCOPES.filter((scope) => scope !== 'device')]
/** A token that ends sooner than this is not used any more. */
const MARGIN = seconds(30)

export interface Owner {
  readonly person: Person
  /** The cable of the phone. */
  readonly line: Line
  /** Says yes to the device that shows this code. */
  approve(userCode: string): Promise<void>
  accessToken(scopes?: readonly string[]): Promise<string>
  /** Publishes from the phone. Rejects where the broker does not take it. */
  publish(topic: string, payload: string, options?: { readonly retain?: boolean; readonly qos?: 0 | 1 }): Promise<void>
  /** Puts a device out. */
  unpair(device: string): Promise<void>
  /** Puts the phone away. */
  disconnect(): void
}

export async function createOwner(options: { readonly world: World; readonly hub: HubSlot }): Promise<Owner> {
  const { world, hub } = options
  const me = world.inhabitant('phone')
  const line = createLine(me.clock)
  const issuer = hub.hub.publicUrl
  const person = createPerson(issuer)
  const really = <T>(what: string, job: () => Promise<T>): Promise<T> =>
    world.work.during('phone', what, runOutside(job))

  const key = hub.hub.ownerLink?.hash.slice(1) ?? ''
  const answer = await really('making the home its own', () => person.post('/setup', { ...OWNER, key }))
  if (answer.status >= 400)
    throw new Error(`Cannot make the owner's account as the hub must take it: got ${answer.status}`)

  const tokens = new Map<string, { readonly text: string; readonly until: Instant }>()
  const accessToken = async (scopes: readonly string[] = EVERYTHING): Promise<string> => {
    const scope = scopes.join(' ')
    const kept = tokens.get(scope)
    if (kept !== undefined && kept.until - me.clock.now() > MARGIN) return kept.text
    const { access_token: text, expires_in: lifetime = 600 } = await really('signing in', () =>
      runAs({ ...me, timers: false }, () => signIn(issuer, person, scope)),
    )
    tokens.set(scope, { text, until: instant(me.clock.now() + lifetime * 1000) })
    return text
  }

  let phone: { readonly client: mqtt.MqttClient; readonly token: string } | undefined
  const connected = async (): Promise<mqtt.MqttClient> => {
    const token = await accessToken()
    if (phone?.client.connected && phone.token === token) return phone.client
    phone?.client.end(true)
    const client = await runAs(me, () => connectPhone(token))
    phone = { client, token }
    return client
  }
  const connectPhone = (token: string): Promise<mqtt.MqttClient> => {
    const near = hub.connect(me, line)
    const client = new mqtt.MqttClient(() => near as Socket, {
      ...{ protocolVersion: 4, clientId: 'phone', username: 'phone', password: token },
      ...{ keepalive: 0, reconnectPeriod: 0, clean: true, connectTimeout: 10_000 },
    })
    return new Promise((resolve, reject) => {
      client.once('connect', () => resolve(client))
      client.on('error', reject)
      client.once('close', () => reject(new Error('Cannot reach the broker as the connection was closed')))
    })
  }

  return {
    ...{ person, line, accessToken },
    async approve(userCode) {
      const page = await really('letting a device in', () =>
        person.post('/pair', { user_code: userCode, answer: 'approved' }),
      )
      if (page.status !== 200)
        throw new Error(`Cannot let the device in as the hub must take its code: got ${page.status}`)
    },
    async publish(topic, payload, { retain = false, qos = 1 } = {}) {
      const client = await connected()
      await runAs(me, async () => {
        const closed = new Promise<never>((_, reject) => {
          client.once('close', () =>
            reject(new Error(`Cannot publish to ${topic} as the broker must take it: it closed`)),
          )
        })
        await Promise.race([client.publishAsync(topic, payload, { retain, qos }), closed])
      })
    },
    async unpair(device) {
      const token = await accessToken()
      const answer = await really('putting a device out', () =>
        fetch(new URL(`/api/devices/${device}`, issuer), {
          method: 'DELETE',
          headers: { authorization: `Bearer ${token}` },
        }),
      )
      if (!answer.ok) throw new Error(`Cannot put ${device} out as the hub must take it: got ${answer.status}`)
    },
    disconnect() {
      phone?.client.end(true)
      phone = undefined
    },
  }
}

/** The code flow with PKCE, as the phone page goes through it. */
async function signIn(issuer: URL, person: Person, scope: string): Promise<oauth.TokenEndpointResponse> {
  const send = { [oauth.allowInsecureRequests]: true }
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, send))
  const client: oauth.Client = { client_id: PAGE_CLIENT }
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const redirect = `${issuer.origin}/`
  const query = new URLSearchParams({
    ...{ client_id: PAGE_CLIENT, redirect_uri: redirect, response_type: 'code', scope, resource: AUDIENCE, state },
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const back = await person.follow(`/oauth/authorize?${query}`, (target) => target.searchParams.has('code'))
  const parameters = oauth.validateAuthResponse(server, client, back, state)
  const response = await oauth.authorizationCodeGrantRequest(
    ...([server, client, oauth.None(), parameters, redirect, verifier, send] as const),
  )
  return oauth.processAuthorizationCodeResponse(server, client, response)
}
