// The programs of guest/ and the agent, each with everything it needs but koffi: in that machine there is no node_modules.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { bundleAgent } from '../../device/package/bundle.ts'

const source = (name: string) => fileURLToPath(new URL(`guest/${name}.ts`, import.meta.url))

/** Writes main.mjs, signer.mjs and agent.mjs into `folder`, and what they share below it. */
export async function buildPrograms(folder: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['koffi'] },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: { main: source('main'), signer: source('signer') },
        output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
      },
    },
  })
  await bundleAgent(folder)
}
