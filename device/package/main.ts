// `npm run bundle -- <folder>` and `npm run deb -- --arch arm64|amd64`.
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from '#contract/program.ts'
import { formatSettings, readCommand, UsageError } from '#contract/settings.ts'
import { bundleAgent } from './bundle.ts'
import { buildDeb } from './deb.ts'
import { ARCHITECTURES, type Architecture } from './koffi.ts'

const SETTINGS = {
  arch: { type: 'string', help: "amd64 or arm64, this machine's" },
  help: { type: 'boolean', help: 'this text' },
} as const

const HELP = `Usage: npm run deb -- [options]
       npm run bundle -- [folder]

deb builds the Debian package of the agent in dist/; bundle writes the agent
alone, for plain Node, into dist/agent or another folder.

${formatSettings(SETTINGS)}`

const dist = fileURLToPath(new URL('../../dist', import.meta.url))

async function main(): Promise<number> {
  const { words, settings } = readCommand(SETTINGS, process.argv.slice(2), process.env)
  if (settings.help === 'true') {
    console.log(HELP)
    return 0
  }
  const [what, folder = join(dist, 'agent')] = words
  if (what === 'bundle') {
    await bundleAgent(resolve(folder))
    console.log(resolve(folder))
    return 0
  }
  const { arch = ARCH_HERE } = settings
  if (what !== 'deb' || !isArchitecture(arch)) {
    throw new UsageError(`Cannot package as it must be "bundle" or "deb --arch ${ARCHES}": got something else`)
  }
  console.log(await buildDeb(dist, arch))
  return 0
}

const ARCHES = Object.keys(ARCHITECTURES).join('|')
const ARCH_HERE = process.arch === 'arm64' ? 'arm64' : 'amd64'
const isArchitecture = (name: string): name is Architecture => Object.hasOwn(ARCHITECTURES, name)

await runProgram(main)
