// Giving a grant back (RFC 7009): the hub puts the device out at once, wherever it is connected.
import * as oauth from 'oauth4webapi'
import type { Logger } from 'pino'
import type { Credentials } from '../credentials/credentials.ts'
import { authenticationFor, type ClientIdentity } from '../oauth/client.ts'
import { reasonOf } from '../reason.ts'
import type { Server } from '../server.ts'

export interface RevokeOptions {
  readonly server: Server
  readonly identity: ClientIdentity
  readonly credentials: Credentials
  readonly log: Logger
}

/** Whether the hub has taken it back; it may not be there. Undefined where there is no grant. */
export async function revokeGrant(options: RevokeOptions): Promise<boolean | undefined> {
  if (options.credentials.grant === undefined || options.credentials.registration === undefined) return undefined
  try {
    await send(options)
    return true
  } catch (error) {
    options.log.warn({ because: reasonOf(error) }, 'the hub could not be told that the device leaves')
    return false
  }
}

async function send({ server: { issuer, http }, identity, credentials }: RevokeOptions): Promise<void> {
  const { key, registration, grant } = credentials
  const options = {
    [oauth.customFetch]: http.fetch,
    // Plain HTTP never leaves the machine, see config.ts.
    [oauth.allowInsecureRequests]: issuer.protocol === 'http:',
    additionalParameters: { token_type_hint: 'refresh_token' },
  }
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options))
  const client: oauth.Client = {
    client_id: identity.type === 'given' ? identity.clientId : (registration?.device ?? ''),
    [oauth.clockSkew]: Math.round(http.skew() / 1000),
  }
  const authentication = await authenticationFor(identity, key, server)
  const token = grant?.refreshToken ?? ''
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authentication, token, options))
}
