// Being let in: register, show a code, ask until the person has decided.
import * as oauth from 'oauth4webapi'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { DeviceId, Kind } from '#contract/ids.ts'
import type { Registration } from './credentials/credentials.ts'
import type { CredentialStore } from './credentials/store.ts'
import type { Tokens } from './oauth/answer.ts'
import type { DeviceAuthorization, HubClient } from './oauth/hub.ts'
import { pollForTokens } from './oauth/polling.ts'
import type { Unpaired } from './status.ts'

export interface PairOptions {
  readonly kind: Kind
  readonly name: string
  readonly hub: HubClient
  readonly store: CredentialStore
  readonly clock: Clock
  readonly log: Logger
  readonly signal: AbortSignal
  readonly show: (device: DeviceId, authorization: DeviceAuthorization) => void
}

export type Paired = { readonly outcome: 'paired'; readonly tokens: Tokens } | { readonly outcome: Unpaired }

/** Rejects when the hub cannot be reached before there is a code to show; whoever calls tries again later. */
export async function pair(options: PairOptions): Promise<Paired> {
  const { hub, store, clock, log, signal, show } = options
  const { device, authorization } = await askForCode(options)
  show(device, authorization)
  log.info({ device, verificationUri: authorization.verificationUri }, 'waiting for a person')

  const { deviceCode, interval, lifetime } = authorization
  const ask = () => hub.redeem(device, deviceCode)
  const outcome = await pollForTokens({ clock, interval, lifetime, ask, signal })
  if (outcome.phase !== 'granted') return { outcome: outcome.phase }
  const { refreshToken } = outcome.tokens
  if (refreshToken === undefined) {
    log.error('the hub gave no refresh token: this device could not stay paired')
    return { outcome: 'refused' }
  }
  // On disk before it is used: a power cut from here on costs nothing.
  await store.save({ ...store.current, registration: registrationOf(hub, device), grant: { refreshToken } })
  return { outcome: 'paired', tokens: outcome.tokens }
}

interface Asked {
  readonly device: DeviceId
  readonly authorization: DeviceAuthorization
}

async function askForCode(options: PairOptions): Promise<Asked> {
  const { hub, store } = options
  const { registration } = store.current
  if (registration?.issuer !== hub.server.issuer.href) return register(options)
  const { device } = registration
  try {
    return { device, authorization: await hub.authorize(device) }
  } catch (error) {
    // The hub forgets clients that nobody pairs within an hour, and those that were put out.
    if (hub.registers && isUnknownClient(error)) return register(options)
    throw error
  }
}

async function register({ hub, store, kind, name, log }: PairOptions): Promise<Asked> {
  // A disk that takes nothing says so now: a name that cannot be kept would be asked for again and again.
  await store.save(store.current)
  const device = await hub.register(kind, name)
  log.info({ device }, 'registered')
  await store.save({ version: 1, key: store.current.key, registration: registrationOf(hub, device) })
  return { device, authorization: await hub.authorize(device) }
}

/** Again with each grant: a hub that knows the device already may have another authority than when it came to know it. */
function registrationOf({ server: { issuer, pinned } }: HubClient, device: DeviceId): Registration {
  return { issuer: issuer.href, device, ...(pinned !== undefined && { ca: pinned }) }
}

const isUnknownClient = (error: unknown): boolean =>
  error instanceof oauth.ResponseBodyError && ['invalid_client', 'unauthorized_client'].includes(error.error)
