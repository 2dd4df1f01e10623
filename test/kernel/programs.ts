// The programs of guest/ as plain JavaScript: types are stripped here and not in the machine, where that takes seconds.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { bundleAgent } from '../../device/package/bundle.ts'

const sources = fileURLToPath(new URL('guest', import.meta.url))
/** Below node_modules, so that the packages are found from there. */
const built = fileURLToPath(new URL('../../node_modules/.cache/latchkey-kernel', import.meta.url))

/** Where a program of guest/ is, to be run in the machine. */
export const guestProgram = (name: string): string => join(built, `${name}.mjs`)

/** The agent, as it is shipped. */
export const shippedAgent: string = join(built, 'agent.mjs')

export async function buildPrograms(): Promise<void> {
  const names = readdirSync(sources).filter((name) => name.endsWith('.ts'))
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      outDir: built,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(names.map((name) => [name.replace(/\.ts$/, ''), join(sources, name)])),
        output: { entryFileNames: '[name].mjs' },
      },
    },
  })
  await bundleAgent(built)
}
