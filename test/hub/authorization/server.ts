// The authorization room alone, on a real port, with a real database.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { type Clock, systemClock } from '#contract/clock.ts'
import { type Millis, seconds } from '#contract/time.ts'
import { type Authorization, createAuthorization } from '../../../hub/authorization/authorization.ts'
import type { LegacyFlow } from '../../../hub/authorization/flows/legacy.ts'
import type { IdentityProviderSettings } from '../../../hub/authorization/identities/settings.ts'
import { type Keys, openKeys } from '../../../hub/authorization/keys/keys.ts'
import { ACCESS_TOKEN_LIFETIME } from '../../../hub/authorization/lifetimes.ts'
import type { PasswordCost } from '../../../hub/authorization/people/password.ts'
import { STRANGER_LIMITS, type StrangerLimits } from '../../../hub/authorization/strangers.ts'
import { type Database, openBeside, openDatabase } from '../../../hub/store/database.ts'
import { createFront } from '../../../hub/web/front.ts'
import { QUICK } from '../../person.ts'
import { quiet } from '../../quiet.ts'

export interface Server extends AsyncDisposable {
  readonly url: URL
  readonly authorization: Authorization
  readonly database: Database
  readonly keys: Keys
  readonly ended: readonly string[]
  isGrantAlive(grantId: string): boolean
}

export async function startServer({
  clock = systemClock,
  keyClock = clock,
  strangers = {},
  pollInterval = seconds(1),
  legacyFlows = [],
  identityProviders = [],
  isSameHouse,
  passwordCost = QUICK,
}: {
  clock?: Clock
  /** By which the keys age: the tokens that they sign know the machine's time only. */
  keyClock?: Clock
  strangers?: Partial<StrangerLimits>
  pollInterval?: Millis
  legacyFlows?: readonly LegacyFlow[]
  identityProviders?: readonly IdentityProviderSettings[]
  isSameHouse?: (one: string, other: string) => boolean
  passwordCost?: PasswordCost
} = {}): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://localhost:${(server.address() as AddressInfo).port}`)
  const database = openDatabase(folder)
  const beside = openBeside(database)
  const keys = await openKeys(folder, { clock: keyClock, tokenLifetime: ACCESS_TOKEN_LIFETIME })
  const ended: string[] = []
  const authorization = createAuthorization({
    issuer: url,
    ...{ database, beside },
    keys,
    clock,
    log: quiet,
    ...{
      ...{ pollInterval, legacyFlows, identityProviders, accessTokenLifetime: ACCESS_TOKEN_LIFETIME },
      ...{ strangers: { ...STRANGER_LIMITS, ...strangers }, random: Math.random },
    },
    ...{ mqttEndpoint: undefined, ownPorts: [1883], passwordCost },
    ...(isSameHouse && { isSameHouse }),
    onGrantEnded: (grantId) => ended.push(grantId),
  })
  const callback = authorization.provider.callback()
  server.on(
    'request',
    createFront({
      host: { publicUrl: url, aliases: new Set([`127.0.0.1:${url.port}`]), behindProxy: false },
      provider: callback,
      app: getRequestListener(authorization.pages.fetch),
      health: () => undefined,
    }),
  )
  return {
    url,
    authorization,
    database,
    keys,
    ended,
    isGrantAlive: (grantId) =>
      database.prepare("SELECT 1 FROM oidc WHERE model='Grant' AND id=?").get(grantId) !== undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      authorization.audit[Symbol.dispose]()
      beside.close()
      database.close()
      rmSync(folder, { recursive: true })
    },
  }
}
