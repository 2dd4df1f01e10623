// What the hub's command line may ask of it: one line of JSON each, answered by one line. Whoever may open the data folder owns the
// house anyway, so nobody has to say who they are.
import * as v from 'valibot'
import { HOME_SCOPES, ROLE_CEILING } from '#contract/scopes.ts'

/** Where the hub listens, in its folder. */
export const SOCKET = 'control.sock'

/** A hundred app passwords with long names. */
export const LONGEST_REPLY = 256 * 1024

export const ask = v.variant('request', [
  v.object({ request: v.literal('keys_list') }),
  v.object({ request: v.literal('keys_rotate') }),
  /** Which are to go at once; none: all of them. */
  v.object({ request: v.literal('keys_retire'), kid: v.exactOptional(v.string()) }),
  v.object({
    request: v.literal('token_create'),
    name: v.string(),
    scopes: v.array(v.picklist(ROLE_CEILING.owner)),
  }),
  v.object({ request: v.literal('token_list') }),
  /** Its id, or its name where only one has it. */
  v.object({ request: v.literal('token_revoke'), which: v.string() }),
])
export type Ask = v.InferOutput<typeof ask>

const time = v.pipe(v.string(), v.isoTimestamp())

const key = v.object({
  kid: v.string(),
  alg: v.string(),
  state: v.picklist(['waiting', 'signing', 'retiring', 'remembered', 'over']),
  /** When that changes; absent for the one that signs. */
  at: v.exactOptional(time),
})
export type Key = v.InferOutput<typeof key>

const tokenFacts = { id: v.string(), name: v.string(), scopes: v.array(v.picklist(HOME_SCOPES)), createdAt: time }
const token = v.object({ ...tokenFacts, lastUsedAt: v.nullable(time), connected: v.boolean() })
export type Token = v.InferOutput<typeof token>

export const reply = v.object({
  ok: v.boolean(),
  /** Who answers. */
  pid: v.number(),
  /** Why not, where not. */
  because: v.exactOptional(v.string()),
  keys: v.exactOptional(v.array(key)),
  /** After a rotation: when the new keys take over. */
  signsFrom: v.exactOptional(time),
  /** This once with the secret itself. */
  made: v.exactOptional(v.object({ ...tokenFacts, password: v.string() })),
  tokens: v.exactOptional(v.array(token)),
  revoked: v.exactOptional(v.object({ id: v.string(), name: v.string() })),
})
export type Reply = v.InferOutput<typeof reply>
