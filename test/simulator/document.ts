// docs/simulation.md, and the examples in it.
import { readFileSync } from 'node:fs'

export const PAGE = readFileSync(new URL('../../docs/simulation.md', import.meta.url), 'utf8')

/** The text of every block that is fenced as this language. */
export const blocks = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text)
