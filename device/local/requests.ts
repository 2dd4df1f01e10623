// What the command line may ask of a running agent: one line of JSON each, answered by one line.
import * as v from 'valibot'
import { UNPAIRED } from '../status.ts'

/** Where the agent listens, in its folder. */
export const SOCKET = 'agent.sock'

export const REQUESTS = ['status', 'pair', 'unpair', 'reset', 'add-code', 'remove-code', 'list-codes', 'log'] as const
export type Request = (typeof REQUESTS)[number]

export const isRequest = (word: unknown): word is Request => REQUESTS.includes(word as Request)

export const ask = v.object({
  request: v.picklist(REQUESTS),
  /** A new code of a panel. */
  code: v.exactOptional(v.string()),
  /** Whoever is forced to give it is let off, and somebody is told. */
  duress: v.exactOptional(v.boolean()),
  /** Whose code it is. */
  user: v.exactOptional(v.string()),
})
export type Ask = v.InferOutput<typeof ask>

/** The status as anybody at this machine may know it: without the device code. */
const publicStatus = v.variant('phase', [
  v.object({ phase: v.literal('starting') }),
  v.object({ phase: v.literal('unpaired'), because: v.picklist(UNPAIRED) }),
  v.object({
    phase: v.literal('pairing'),
    device: v.string(),
    authorization: v.object({ userCode: v.string(), verificationUri: v.string() }),
  }),
  v.object({ phase: v.literal('online'), device: v.string() }),
  v.object({ phase: v.literal('offline'), because: v.string() }),
])

export const reply = v.object({
  ok: v.boolean(),
  /** Who answers. */
  pid: v.number(),
  /** Why not, where not. */
  because: v.exactOptional(v.string()),
  status: v.exactOptional(publicStatus),
  /** With the status: the server it has, and the PEM of the authority that it trusts for it instead of the system's. */
  server: v.exactOptional(v.object({ issuer: v.string(), ca: v.exactOptional(v.string()) })),
  /** After `unpair` and `reset`: whether the hub has heard it too. */
  revoked: v.exactOptional(v.boolean()),
  /** The panel's, or the one that was added or removed. */
  codes: v.exactOptional(
    v.pipe(v.array(v.object({ user: v.string(), role: v.picklist(['full', 'duress']) })), v.readonly()),
  ),
  /** What a panel keeps of what happened, a line each. */
  log: v.exactOptional(v.string()),
})
export type Reply = v.InferOutput<typeof reply>

/** Longer than any reply: a whole log. */
export const LONGEST_REPLY = 8 * 1024 * 1024
