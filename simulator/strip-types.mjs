// Node strips types from sources, but not from those of installed packages. Installed, this package does it for its own files.
import { readFileSync } from 'node:fs'
import { registerHooks, stripTypeScriptTypes } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const own = `${pathToFileURL(dirname(dirname(fileURLToPath(import.meta.url)))).href}/`

if (own.includes('/node_modules/')) {
  withoutWarning(() => stripTypeScriptTypes(''))
  registerHooks({
    load(url, context, next) {
      const isOurs = url.startsWith(own) && url.endsWith('.ts') && !url.slice(own.length).includes('node_modules/')
      if (!isOurs) return next(url, context)
      const source = stripTypeScriptTypes(readFileSync(fileURLToPath(url), 'utf8'))
      return { format: 'module', source, shortCircuit: true }
    },
  })
}

/** Node warns once that this function is new. Whoever installed a package did not choose how it is written. */
function withoutWarning(step) {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    step()
  } finally {
    process.emitWarning = emitWarning
  }
}
