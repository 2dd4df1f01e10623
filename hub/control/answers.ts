// What the hub answers to its command line; the same without a hub that runs, on its folder alone.

import * as v from 'valibot'
import { formatInstant } from '#contract/clock.ts'
import { ROLE_CEILING } from '#contract/scopes.ts'
import type { AppPassword, AppPasswords } from '../authorization/app-passwords.ts'
import { describeAppPassword, MOST_APP_PASSWORDS, newAppPassword } from '../authorization/app-passwords.ts'
import type { Audit } from '../authorization/audit/audit.ts'
import type { KeyFacts, Keys } from '../authorization/keys/keys.ts'
import type { Accounts } from '../authorization/people/accounts.ts'
import type { Ask, Key, Reply, Token } from './requests.ts'

/** The hub as its command line sees it. */
export interface Asked {
  readonly accounts: Accounts
  readonly appPasswords: AppPasswords
  readonly audit: Audit
  readonly keys: Keys
  /** Whether a program is connected to the broker with this app password. */
  readonly isConnected: (appPassword: string) => boolean
  /** The authorization server takes up what the keys are now. */
  readonly followKeys: () => void
  /** Who came with an access token comes again: with one that is still good. */
  readonly endTokens: () => void
}

export type Answer = (ask: Ask) => Promise<Omit<Reply, 'pid'>>

export function answerFor(hub: Asked): Answer {
  const { appPasswords, audit, keys } = hub
  return async (ask) => {
    switch (ask.request) {
      case 'keys_list':
        return { ok: true, keys: keys.list().map(formatKey) }
      case 'keys_rotate': {
        const { outcome, signsFrom } = await keys.rotate()
        hub.followKeys()
        if (outcome === 'under_way') {
          return { ok: false, because: `the keys of the last rotation sign from ${formatInstant(signsFrom)} on` }
        }
        audit.record({ event: 'keys_rotated', detail: `sign from ${formatInstant(signsFrom)}` })
        return { ok: true, signsFrom: formatInstant(signsFrom), keys: keys.list().map(formatKey) }
      }
      case 'keys_retire': {
        const kids = ask.kid === undefined ? keys.list().map(({ kid }) => kid) : [ask.kid]
        if (!(await keys.retire(kids))) return { ok: false, because: 'no key has this id: see "latchkey keys list"' }
        hub.followKeys()
        hub.endTokens()
        for (const kid of kids) audit.record({ event: 'key_retired', detail: kid })
        return { ok: true, keys: keys.list().map(formatKey) }
      }
      case 'token_create':
        return create(hub, ask)
      case 'token_list':
        return { ok: true, tokens: appPasswords.list().map((each) => formatToken(each, hub.isConnected(each.id))) }
      case 'token_revoke':
        return revoke(hub, ask.which)
    }
  }
}

function create({ accounts, appPasswords, audit }: Asked, { name, scopes }: Wanted): ReturnType<Answer> {
  const owner = accounts.firstOwner()
  if (owner === undefined) return no('there must be an owner: open the link that the hub prints, and make the account')
  const wanted = v.safeParse(newAppPassword, { name, scopes })
  if (!wanted.success) return no(wanted.issues[0].message)
  const createdBy = { accountId: owner.id, scopes: ROLE_CEILING[owner.role] }
  const making = appPasswords.create({ ...wanted.output, createdBy })
  switch (making.outcome) {
    case 'made': {
      const { id, name: given, createdAt } = making.appPassword
      const detail = describeAppPassword(making.appPassword)
      audit.record({ event: 'app_password_created', accountId: owner.id, clientId: id, detail })
      const facts = { id, name: given, scopes: [...making.appPassword.scopes], createdAt: formatInstant(createdAt) }
      return Promise.resolve({ ok: true, made: { ...facts, password: making.text } })
    }
    case 'beyond_maker':
      return no(`an owner does not hold ${making.scopes.join(', ')}`)
    case 'too_many':
      return no(`there are ${MOST_APP_PASSWORDS} already: revoke one that is not needed`)
  }
}
type Wanted = Extract<Ask, { readonly request: 'token_create' }>

function revoke({ accounts, appPasswords, audit }: Asked, which: string): ReturnType<Answer> {
  const all = appPasswords.list()
  const byId = all.filter(({ id }) => id === which)
  const found = byId.length > 0 ? byId : all.filter(({ name }) => name === which)
  const [only, another] = found
  if (only === undefined) return no('no app password has this id or name: see "latchkey token list"')
  if (another !== undefined) {
    return no(`${found.length} have this name: revoke one by its id, ${found.map(({ id }) => id).join(' or ')}`)
  }
  const { id, name } = only
  appPasswords.revoke(id)
  audit.record({ event: 'app_password_revoked', accountId: accounts.firstOwner()?.id, clientId: id, detail: name })
  return Promise.resolve({ ok: true, revoked: { id, name } })
}

const no = (because: string): ReturnType<Answer> => Promise.resolve({ ok: false, because })

function formatKey({ kid, alg, state }: KeyFacts): Key {
  return { kid, alg, state: state.state, ...('at' in state && { at: formatInstant(state.at) }) }
}

const formatToken = ({ scopes, createdAt, lastUsedAt, ...rest }: AppPassword, connected: boolean): Token => ({
  ...rest,
  scopes: [...scopes],
  createdAt: formatInstant(createdAt),
  lastUsedAt: lastUsedAt === undefined ? null : formatInstant(lastUsedAt),
  connected,
})
