// Another server's keys and documents in memory, in a time that is turned by hand: what it publishes, what it signs, how often it was asked.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { Verifier } from '../../../hub/authorization/access-token.ts'
import type { ExternalConfig } from '../../../hub/external/config.ts'
import { parseIssuerMap } from '../../../hub/external/issuer-map.ts'
import { followKeys, type IssuerKeys } from '../../../hub/external/keys.ts'
import { createExternalVerifier } from '../../../hub/external/verifier.ts'
import { type Database, openDatabase } from '../../../hub/store/database.ts'
import { VirtualClock } from '../../../simulator/clock.ts'

export const ISSUER = 'https://id.example/realms/home'
export const AUDIENCE = 'urn:latchkey:home'

export interface Key {
  readonly kid: string
  readonly alg: string
  readonly privateKey: CryptoKey
  readonly jwk: object
}

export async function createKey(kid: string, alg = 'ES256'): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

export interface ForeignKeys {
  readonly clock: VirtualClock
  readonly database: Database
  readonly logged: string[]
  /** What it was asked for, by path. */
  readonly asked: string[]
  /** What is there; undefined is a 404. */
  readonly documents: Record<string, unknown>
  /** Set: no answer comes. */
  away: boolean
  publish(...keys: readonly Key[]): void
  sign(key: Key, claims?: JWTPayload, header?: object): Promise<string>
  /** A hub that starts. */
  open(map?: object): { readonly keys: IssuerKeys; readonly verifier: Verifier }
}

export function createForeignKeys(): ForeignKeys {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  const database = openDatabase(folder, 'crash')
  onTestFinished(() => {
    database.close()
    rmSync(folder, { recursive: true })
  })
  const clock = new VirtualClock()
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) })
  const asked: string[] = []
  const documents: Record<string, unknown> = {
    '/realms/home/.well-known/openid-configuration': { issuer: ISSUER, jwks_uri: 'https://id.example/keys' },
  }
  const room: ForeignKeys = {
    ...{ clock, database, logged, asked, documents },
    away: false,
    publish(...keys) {
      documents['/keys'] = { keys: keys.map(({ jwk }) => jwk) }
    },
    sign: ({ kid, alg, privateKey }, claims = {}, header = {}) => {
      const now = Math.floor(clock.now() / 1000)
      const common = { iss: ISSUER, aud: AUDIENCE, sub: 'robin', client_id: 'phone', scope: 'home:read' }
      return new SignJWT({ ...common, iat: now, exp: now + 600, ...claims })
        .setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header })
        .sign(privateKey)
    },
    open(map = {}) {
      const config: ExternalConfig = {
        ...{ issuer: ISSUER, audience: AUDIENCE, pageClientId: undefined },
        map: parseIssuerMap(map, 'the map'),
      }
      const keys = followKeys({
        ...{ issuer: ISSUER, database, clock, log },
        async get({ pathname }) {
          asked.push(pathname)
          if (room.away) throw new Error('connect ECONNREFUSED')
          const found = documents[pathname]
          return found === undefined ? undefined : JSON.stringify(found)
        },
      })
      return { keys, verifier: createExternalVerifier({ config, keys: keys.resolve, clock }) }
    },
  }
  return room
}
