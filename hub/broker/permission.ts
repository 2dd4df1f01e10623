// The one decision: what a token may say and hear. Every hook of the broker asks this function, and nothing else decides.
import { kindOf } from '#contract/ids.ts'
import { propertyAt } from '#contract/kinds.ts'
import { scopeForSet } from '#contract/scopes.ts'
import type { Instant } from '#contract/time.ts'
import { BROADCAST_FILTER, commandFilter, HOMIE_ROOT, parseTopic, SILENT } from '#contract/topics.ts'
import { DISCOVERY_PREFIX } from '../discovery/documents.ts'
import { isWithin } from './filter.ts'
import type { Principal } from './principal.ts'

export type Action =
  /** `payload` decides where one topic carries commands of different weight. */
  | { readonly type: 'publish'; readonly topic: string; readonly retain: boolean; readonly payload: string }
  | { readonly type: 'subscribe'; readonly filter: string }
  | { readonly type: 'receive'; readonly topic: string }

export type Refusal =
  | 'no_session'
  | 'token_expired'
  | 'foreign_topic'
  | 'wrong_direction'
  | 'scope_missing'
  | 'unknown_topic'
  | 'not_settable'
  | 'retained_command'

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly because: Refusal }

/** Home Assistant says here that it has come (its birth message) or gone (its last will). */
export const HOME_ASSISTANT_STATUS = `${DISCOVERY_PREFIX}/status`

const allowed: Verdict = { allowed: true }
const refused = (because: Refusal): Verdict => ({ allowed: false, because })

/** Whether `principal` may do `action` at `now`. Undefined is somebody who was never admitted. */
export function decide(principal: Principal | undefined, action: Action, now: Instant): Verdict {
  if (principal === undefined) return refused('no_session')
  if (principal.expiresAt <= now) return refused('token_expired')
  switch (action.type) {
    case 'publish':
      return mayPublish(principal, action)
    case 'subscribe':
      return maySubscribe(principal, action.filter)
    case 'receive':
      return mayReceive(principal, action.topic)
  }
}

function mayPublish(principal: Principal, action: Extract<Action, { type: 'publish' }>): Verdict {
  // The one thing below `homeassistant/` that is not the hub's to say.
  if (action.topic === HOME_ASSISTANT_STATUS && isApp(principal)) return needs(principal, 'home:read')
  const topic = parseTopic(action.topic)
  switch (topic.type) {
    case 'authz':
      return action.retain ? refused('unknown_topic') : allowed
    case 'property':
    case 'attribute':
      if (principal.device === undefined) return refused('wrong_direction')
      return topic.device === principal.device ? allowed : refused('foreign_topic')
    case 'set':
      // A device obeys commands, it gives none: not even to itself.
      if (principal.device !== undefined) return refused('wrong_direction')
      if (action.retain) return refused('retained_command')
      if (propertyAt(kindOf(topic.device), topic.path)?.settable !== true) return refused('not_settable')
      return needs(principal, scopeForSet(kindOf(topic.device), topic.path, action.payload))
    case 'broadcast':
    case 'other':
      return refused('unknown_topic')
  }
}

function maySubscribe(principal: Principal, filter: string): Verdict {
  if (principal.device !== undefined) {
    const own = [commandFilter(principal.device), BROADCAST_FILTER]
    return own.some((outer) => isWithin(filter, outer)) ? allowed : refused('foreign_topic')
  }
  if (isWithin(filter, `${HOMIE_ROOT}/#`)) return needs(principal, 'home:read')
  if (isWithin(filter, '$SYS/#')) return needs(principal, 'home:admin')
  if (isWithin(filter, `${DISCOVERY_PREFIX}/#`) && isApp(principal)) return needs(principal, 'home:read')
  return refused('unknown_topic')
}

/**
 * Judged again for every message: a right may be lost after SUBSCRIBE, and a wide filter covers commands, whose payloads hold
 * codes. Those are for the device alone.
 */
function mayReceive(principal: Principal, name: string): Verdict {
  if (name.startsWith('$SYS/')) return needs(principal, 'home:admin')
  if (name.startsWith(`${DISCOVERY_PREFIX}/`) && isApp(principal)) return needs(principal, 'home:read')
  const topic = parseTopic(name)
  switch (topic.type) {
    case 'set':
      return topic.device === principal.device ? allowed : refused('foreign_topic')
    case 'broadcast':
      return principal.device === undefined ? needs(principal, 'home:read') : allowed
    case 'property':
    case 'attribute':
      if (principal.device !== undefined) return refused('wrong_direction')
      return needs(principal, topic.type === 'attribute' && topic.attribute === SILENT ? 'home:admin' : 'home:read')
    case 'authz':
    case 'other':
      return refused('unknown_topic')
  }
}

/** Home Assistant comes with an app password: its discovery documents are for nobody else. */
const isApp = ({ credential }: Principal): boolean => credential === 'app_password'

const needs = ({ scopes }: Principal, scope: Principal['scopes'][number]): Verdict =>
  scopes.includes(scope) ? allowed : refused('scope_missing')
