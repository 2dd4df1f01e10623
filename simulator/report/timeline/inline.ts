// The page's script and style as text that can stand in a page. The script is several modules; a page that opens from a file cannot import,
// so they are put one after the other, and what they import from each other is there by its name already.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** Each after those that it needs while it starts. */
const SCRIPTS = [
  ...['svg', 'wall-clock', 'view', 'lanes', 'curves', 'bands', 'marks', 'traffic', 'chart'],
  ...['readout', 'table', 'gestures', 'main'],
].map((name) => `${name}.js`)

const IMPORT = /^import \{[^}]*\} from '\.\/([a-z-]+\.js)'\n/gm

export const readScript = (): string => joinModules(SCRIPTS.map((name) => ({ name, text: readPart(name) })))
export const readStyle = (): string => readPart('style.css')

interface Module {
  readonly name: string
  readonly text: string
}

/** One script of several modules. Throws an `Error` for what it cannot join. */
export function joinModules(modules: readonly Module[]): string {
  const known = new Set<string>()
  const bodies = modules.map(({ name, text }) => {
    for (const [, wanted = ''] of text.matchAll(IMPORT)) {
      if (!known.has(wanted)) throw new Error(`Cannot join ${name} as ${wanted} must come before it`)
    }
    known.add(name)
    const body = text.replace(IMPORT, '').replace(/^export (?=const |function |class )/gm, '')
    if (/^\s*(import|export)\b/m.test(body)) {
      throw new Error(
        `Cannot join ${name} as it must import by name from a file beside it, and export where it declares`,
      )
    }
    return body
  })
  return `'use strict'\n${bodies.join('\n')}`
}

/** How a page's policy names a script or a style that stands in it (CSP Level 3, §6.7.3). */
export const hashSource = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const readPart = (name: string): string => readFileSync(new URL(`page/${name}`, import.meta.url), 'utf8')
