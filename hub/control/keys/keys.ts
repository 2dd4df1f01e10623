// `latchkey keys`: which keys sign, and their replacement.
import { UsageError } from '#contract/settings.ts'
import type { Command, Said } from '../command.ts'
import type { Ask, Key, Reply } from '../requests.ts'

const USAGE = `Usage: latchkey keys list [options]
       latchkey keys rotate [options]

list says which keys the hub signs tokens with. rotate replaces them so that
nobody notices: new ones are published at once, sign ten minutes later, and the
old ones are believed until all that they signed has expired.

rotate --retire <kid> is for a key that somebody else may have: it is believed
no more from this moment, nor are the tokens that it signed. Devices and the
phone page get new ones by themselves; programs elsewhere that people signed in
to with their account here may ask them to sign in again. --retire all drops
every key, for when the file itself was read by somebody.`

export const keysCommand: Command<'retire'> = {
  usage: USAGE,
  flags: { retire: { type: 'string', help: 'with rotate: the id of a key that leaked, or "all"' } },
  read(words, { retire }): Ask {
    const [word, more] = words
    if (more !== undefined) throw new UsageError(`Unexpected argument '${more}': see --help`)
    if (word === 'list' && retire === undefined) return { request: 'keys_list' }
    if (word === 'rotate' && retire === undefined) return { request: 'keys_rotate' }
    if (word === 'rotate') return { request: 'keys_retire', ...(retire !== 'all' && { kid: retire ?? '' }) }
    if (word === 'list') throw new UsageError('Cannot use --retire without rotate: see --help')
    throw new UsageError('Cannot do anything to keys as the word must be list or rotate: see --help')
  },
  say({ keys = [], signsFrom }: Reply): Said {
    const facts = keys.map(formatKey)
    if (signsFrom === undefined) return { facts }
    return { facts, explained: [`The new keys sign from ${signsFrom} on; nobody has to do anything.`] }
  },
}

const WORDS: Readonly<Record<Key['state'], string>> = {
  waiting: 'signs from',
  signing: 'signs',
  retiring: 'kept until',
  /** In an `id_token_hint` only. */
  remembered: 'hint until',
  over: 'over',
}

/** 80 columns. */
const formatKey = ({ kid, alg, state, at }: Key): string =>
  `${kid}  ${alg}  ${WORDS[state]}${at === undefined ? '' : ` ${at.slice(0, 16)}Z`}`
