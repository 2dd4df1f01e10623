// The programs that were registered: OAuth clients that are neither a device nor the phone page.
import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { parseScopes, type Scope } from '#contract/scopes.ts'
import { type Instant, instant } from '#contract/time.ts'
import type { Database } from '../../store/database.ts'
import { removeClient } from './remove-client.ts'

/** No device's id begins so, nor does an app password's. */
const PREFIX = 'client-'

export const isAppId = (id: string | undefined): boolean => id?.startsWith(PREFIX) === true

export const createAppId = (): string => `${PREFIX}${randomBytes(8).toString('hex')}`

export interface App {
  readonly id: string
  readonly name: string
  readonly grantTypes: readonly string[]
  readonly redirectUris: readonly string[]
  /** The most it can ask for. */
  readonly scopes: readonly Scope[]
  readonly registeredAt: Instant
}

export interface Apps {
  find(id: string): App | undefined
  list(): readonly App[]
  /** Puts a program out, with all that stands on it; also one that the library has forgotten already. False when there was none. */
  remove(id: string): boolean
}

const stored = v.object({
  client_id: v.string(),
  client_id_issued_at: v.optional(v.number(), 0),
  client_name: v.string(),
  grant_types: v.array(v.string()),
  redirect_uris: v.array(v.string()),
  home_scope: v.optional(v.string(), ''),
})

/** `onGrantEnded` hears of each grant of a program that is put out, and of the program itself: its own tokens stand on it. */
export function createApps(database: Database, onGrantEnded: (id: string) => void): Apps {
  const byId = database.prepare("SELECT payload FROM oidc WHERE model='Client' AND id=?")
  const all = database.prepare(`SELECT payload FROM oidc WHERE model='Client' AND id GLOB '${PREFIX}*' ORDER BY id`)
  const removeWithGrants = removeClient(database)
  const find = (id: string): App | undefined => {
    const found = isAppId(id) ? byId.get(id) : undefined
    return found && toApp(found.payload)
  }
  return {
    find,
    list: () => all.all().map(({ payload }) => toApp(payload)),
    remove(id) {
      if (!isAppId(id)) return false
      const isKnown = find(id) !== undefined
      for (const ended of [...removeWithGrants(id), id]) onGrantEnded(ended)
      return isKnown
    },
  }
}

function toApp(payload: unknown): App {
  const client = v.parse(stored, JSON.parse(String(payload)))
  return {
    id: client.client_id,
    name: client.client_name,
    grantTypes: client.grant_types,
    redirectUris: client.redirect_uris,
    scopes: parseScopes(client.home_scope),
    registeredAt: instant(client.client_id_issued_at * 1000),
  }
}
