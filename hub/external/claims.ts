// What a token of another server says, in our words. Pure: verified claims in, ours out.
import type { JWTPayload } from 'jose'
import * as v from 'valibot'
import { ROLES, type Role, type Scope } from '#contract/scopes.ts'
import { type AccessTokenClaims, AdmissionError } from '../authorization/access-token.ts'
import type { ExternalConfig } from './config.ts'
import type { IssuerMap } from './issuer-map.ts'

/** They end up in client ids on MQTT and in logs. */
const name = v.pipe(v.string(), v.maxLength(256), v.regex(/^[^\p{C}]+$/u))

const claims = v.object({
  iss: v.string(),
  sub: name,
  exp: v.number(),
  iat: v.optional(v.number()),
  auth_time: v.optional(v.number()),
  jti: v.optional(v.string()),
  /** RFC 9068 §2.2; `azp` of Keycloak and Auth0, `cid` of Okta. */
  client_id: v.optional(name),
  azp: v.optional(name),
  cid: v.optional(name),
  /** Auth0's grant type. */
  gty: v.optional(v.string()),
  preferred_username: v.optional(v.string()),
  /** Bound in a way that nobody here can check: refused, as if it lacked the proof. */
  cnf: v.optional(v.strictObject({ jkt: v.string() })),
})
type Claims = v.InferOutput<typeof claims>

/** Throws an `AdmissionError`. */
export function translateClaims(payload: JWTPayload, { map, audience }: ExternalConfig): AccessTokenClaims {
  const read = v.safeParse(claims, payload)
  const clientId = read.success ? (read.output.client_id ?? read.output.azp ?? read.output.cid) : undefined
  if (!read.success || clientId === undefined) {
    throw new AdmissionError('malformed', 'a claim is missing or odd: sub, exp, cnf, or client_id, azp or cid')
  }
  const { iss, sub, exp, iat = exp, jti, auth_time, cnf } = read.output
  const device = map.clients.get(clientId)
  const common = { iss, aud: audience, exp, iat, jti, auth_time, cnf }
  // What a device is allowed follows from what it is, and not from what it asked for.
  if (device !== undefined) return { ...common, sub, client_id: device, grant_id: clientId, scope: 'device' }
  const scope = scopesOf(payload, map).join(' ')
  const forAnybody = { ...common, client_id: clientId, grant_id: clientId, scope }
  if (isService(read.output, clientId)) return { ...forAnybody, sub: clientId }
  return { ...forAnybody, sub, role: roleOf(payload, map) }
}

/** What it is allowed here, by the first of its claims that says anything about scopes. */
function scopesOf(payload: JWTPayload, { scopes, scopeClaims }: IssuerMap): readonly Scope[] {
  const claim = scopeClaims.find((name) => Object.hasOwn(payload, name))
  const named = claim === undefined ? [] : wordsOf(payload[claim])
  return [...new Set(named.flatMap((name) => scopes.get(name) ?? []))]
}

/** A text of words or a list of them: servers write either. */
function wordsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.split(' ')
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

/**
 * Whether the client came for itself, by client credentials: RFC 9068 §2.2 has `sub` be the client, Auth0 adds to it, Keycloak makes a user
 * for it. Nobody stands behind such a token.
 */
function isService({ sub, azp, client_id, gty, preferred_username }: Claims, clientId: string): boolean {
  if (sub === clientId) return true
  if (gty === 'client-credentials' && sub === `${clientId}@clients`) return true
  // Keycloak writes `client_id` for them alone: people may call themselves what they like.
  const user = `service-account-${clientId}`.toLowerCase()
  return client_id !== undefined && client_id === azp && preferred_username?.toLowerCase() === user
}

/** The highest that it names; without a rule for roles the scopes are the only bound. */
function roleOf(payload: JWTPayload, { roles }: IssuerMap): Role | undefined {
  if (roles === undefined) return 'owner'
  const named = namesAt(payload, roles.claim).map((name) => roles.values.get(name))
  return ROLES.find((role) => named.includes(role))
}

/** Auth0's claims of one's own are URLs, Keycloak's are nested: first the whole name, then the path. */
function namesAt(payload: JWTPayload, claim: string): readonly string[] {
  const whole = memberOf(payload, claim)
  const found = whole ?? claim.split('.').reduce<unknown>(memberOf, payload)
  return typeof found === 'string' ? [found] : wordsOf(found)
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
