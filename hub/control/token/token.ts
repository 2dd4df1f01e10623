// `latchkey token`: app passwords, for programs that cannot refresh a token.
import { ROLE_CEILING, type Scope } from '#contract/scopes.ts'
import { UsageError } from '#contract/settings.ts'
import type { Command, Said } from '../command.ts'
import type { Ask, Reply, Token } from '../requests.ts'

const USAGE = `Usage: latchkey token create <name> --scope <scopes> [options]
       latchkey token list [options]
       latchkey token revoke <id|name> [options]

An app password is for a program that cannot refresh a token: Home Assistant,
Node-RED, mosquitto. It is the MQTT password, with any user name, or the bearer
of a request to the API, until it is revoked; then whoever is connected with it
is out within a second. create prints it this once, alone on standard output.
It is made in the name of the owner (the first, where there are several).

Scopes: ${ROLE_CEILING.owner.slice(0, 3).join(', ')},
${ROLE_CEILING.owner.slice(3).join(', ')}.`

export const tokenCommand: Command<'scope'> = {
  usage: USAGE,
  flags: { scope: { type: 'string', help: 'with create: what it may do, such as home:read,climate:control' } },
  read([word, which, more], { scope }): Ask {
    if (more !== undefined) throw new UsageError(`Unexpected argument '${more}': see --help`)
    if (scope !== undefined && word !== 'create') throw new UsageError('Cannot use --scope without create: see --help')
    switch (word) {
      case 'create':
        if (which === undefined) throw new UsageError('Cannot make a token as it must have a name: see --help')
        return { request: 'token_create', name: which, scopes: readScopes(scope) }
      case 'list':
        if (which !== undefined) throw new UsageError(`Unexpected argument '${which}': see --help`)
        return { request: 'token_list' }
      case 'revoke':
        if (which === undefined)
          throw new UsageError('Cannot revoke a token as its id or name must be given: see --help')
        return { request: 'token_revoke', which }
      default:
        throw new UsageError('Cannot do anything to tokens as the word must be create, list or revoke: see --help')
    }
  },
  say({ made, tokens = [], revoked }: Reply, onIt: string): Said {
    if (made !== undefined) {
      const { id, name, scopes, password } = made
      const explained = [
        `Made ${id}, "${name}": ${scopes.join(', ')}. It is shown this once.`,
        `To end it: latchkey token revoke ${id}${onIt}`,
      ]
      return { facts: [password], explained }
    }
    if (revoked !== undefined) return { facts: [], explained: [`Revoked ${revoked.id}, "${revoked.name}".`] }
    if (tokens.length === 0) return { facts: [], explained: ['There are none.'] }
    return { facts: tokens.flatMap(formatToken) }
  },
}

function readScopes(text = ''): Scope[] {
  const given = text.split(/[\s,]+/).filter((word) => word !== '')
  const known = ROLE_CEILING.owner
  const scopes = known.filter((scope) => given.includes(scope))
  const unknown = given.find((word) => !known.some((scope) => scope === word))
  if (unknown !== undefined || scopes.length === 0) {
    const found = unknown === undefined ? 'none' : `"${unknown}"`
    throw new UsageError(`Cannot make a token as --scope must be of ${known.join(', ')}: got ${found}`)
  }
  return scopes
}

function formatToken({ id, name, scopes, createdAt, lastUsedAt, connected }: Token): readonly string[] {
  const used = connected
    ? 'connected now'
    : lastUsedAt === null
      ? 'never used'
      : `last used ${lastUsedAt.slice(0, 16)}Z`
  return [`${id}  ${name}`, `  ${scopes.join(' ')}`, `  made ${createdAt.slice(0, 10)}, ${used}`]
}
