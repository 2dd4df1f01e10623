// Node strips types from sources, but not from those of installed packages. Installed, this package does it for its own files.
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const own = `${pathToFileURL(dirname(dirname(fileURLToPath(import.meta.url)))).href}/`

if (own.includes('/node_modules/')) {
  registerHooks({
    load(url, context, next) {
      const isOurs = url.startsWith(own) && url.endsWith('.ts') && !url.slice(own.length).includes('node_modules/')
      if (!isOurs) return next(url, context)
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'))
      return { format: 'module', source, shortCircuit: true }
    },
  })
}
