// The firmware of a toaster that somebody else makes. It knows RFC 8628, MQTT and Homie 5, and nothing of Latchkey's code.
import { setTimeout as sleep } from 'node:timers/promises'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import mqtt from 'mqtt'

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const DESCRIPTION = {
  homie: '5.0',
  version: 1,
  name: 'Toastmaster 3000',
  type: 'toaster',
  nodes: {
    cycle: {
      name: 'Cycle',
      properties: {
        state: { name: 'State', datatype: 'enum', format: 'idle,heating,paused,keep_warm,done,fault' },
        browning: { name: 'Browning', datatype: 'integer', format: '1:7', settable: true },
      },
    },
  },
  children: [],
  extensions: [],
}

/** Runs until `signal` aborts. `show` is told the code that a person types on their phone. */
export async function runToaster({ issuer, show, signal }) {
  const key = await generateKeyPair('ES256')
  const server = await json(await fetch(new URL('/.well-known/oauth-authorization-server', issuer), { signal }))
  const { client_id: id } = await json(
    await fetch(server.registration_endpoint, {
      signal,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Toastmaster 3000',
        device_kind: 'toaster',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [await exportJWK(key.publicKey)] },
      }),
    }),
  )
  const ask = async (endpoint, form) => {
    const assertion = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(server.issuer)
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime('1m')
      .sign(key.privateKey)
    return fetch(endpoint, {
      signal,
      method: 'POST',
      body: new URLSearchParams({
        ...form,
        client_id: id,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }),
    })
  }

  let tokens = await pair({ ask, server, show, signal })
  while (!signal.aborted) {
    await beOnline({ id, server, tokens, signal }).catch(() => {})
    if (signal.aborted) return
    await sleep(200, undefined, { signal })
    const answer = await ask(server.token_endpoint, {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh_token,
    })
    if (answer.ok) tokens = { ...tokens, ...(await answer.json()) }
  }
}

/** RFC 8628 §3.5: waits `interval`, five seconds more after each `slow_down`, and takes no trouble of the network for a no. */
async function pair({ ask, server, show, signal }) {
  const asked = await json(
    await ask(server.device_authorization_endpoint, { scope: 'device', resource: 'urn:latchkey:home' }),
  )
  show(asked.user_code)
  for (let interval = asked.interval ?? 5; ; ) {
    await sleep(interval * 1000, undefined, { signal })
    const form = { grant_type: DEVICE_GRANT, device_code: asked.device_code, resource: 'urn:latchkey:home' }
    const answer = await ask(server.token_endpoint, form).catch(() => undefined)
    const body = await answer?.json().catch(() => undefined)
    if (answer?.ok && body?.access_token) return body
    if (body?.error === 'slow_down') interval += 5
    if (['access_denied', 'expired_token'].includes(body?.error)) throw new Error(`Not paired: ${body.error}`)
  }
}

/** Resolves when the connection is over. */
async function beOnline({ id, server, tokens, signal }) {
  const root = `homie/5/${id}`
  const client = await mqtt.connectAsync(server.mqtt_endpoint, {
    clientId: id,
    username: id,
    password: tokens.access_token,
    reconnectPeriod: 0,
    will: { topic: `${root}/$state`, payload: 'lost', qos: 1, retain: true },
  })
  const over = new Promise((resolve) => client.once('close', resolve))
  signal.addEventListener('abort', () => client.end(true), { once: true })
  const say = (path, value) => client.publishAsync(`${root}/${path}`, String(value), { qos: 1, retain: true })
  client.on('error', () => {})
  client.on('message', (topic, payload, packet) => {
    const wanted = Number(payload)
    const isShade = Number.isInteger(wanted) && wanted >= 1 && wanted <= 7
    // What is retained was said long ago, to somebody else.
    if (topic === `${root}/cycle/browning/set` && isShade && !packet.retain) void say('cycle/browning', wanted)
  })
  await client.subscribeAsync(`${root}/+/+/set`, { qos: 1 })
  await say('$description', JSON.stringify(DESCRIPTION))
  await say('cycle/state', 'idle')
  await say('cycle/browning', 4)
  await say('$state', 'ready')
  await over
}

async function json(response) {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
