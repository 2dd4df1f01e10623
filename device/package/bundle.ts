// The agent as plain Node runs it, without the simulator and without a package manager on the Pi: `agent.mjs`, and beside it the parts
// that it loads when it needs them. One file would be read and compiled whole, the screen of a toaster in a thermostat too: 7.5 MiB more.
import { fileURLToPath } from 'node:url'
import { type OutputOptions, rolldown } from 'rolldown'
import { ALIASES, DEFINED, leaveOut } from './lean.ts'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/**
 * Not in it: koffi is native and lies beside it (koffi.ts); serialport is for an Arduino at a USB port and is installed by whoever has
 * one; `ws` would look for the last two and does without.
 */
const OUTSIDE = ['koffi', 'serialport', 'bufferutil', 'utf-8-validate']

/** Where a package reads one of these globals. */
const INJECTED = Object.fromEntries(
  ['Headers', 'Request', 'Response'].map((name): [string, [string, string]] => [name, [here('fetch.ts'), name]]),
)

/** Every name and every line end stays: a stack trace on a Pi is read by people. Comments and what lies outside ASCII would cost memory. */
const OUTPUT: OutputOptions = {
  ...{ format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: 'parts/[name]-[hash].mjs' },
  ...{ minify: false, sourcemap: false, comments: false, charset: 'ascii' },
}

/** Writes `agent.mjs` and `parts/` into `folder`, which is given by its whole path. */
export async function bundleAgent(folder: string): Promise<void> {
  const bundle = await rolldown({
    input: { agent: here('../main.ts') },
    // Nothing of where it was built is in it.
    cwd: here('../..'),
    platform: 'node',
    external: OUTSIDE,
    resolve: {
      alias: { ...ALIASES, '#board/simulated': here('no-simulator.ts') },
      conditionNames: ['node', 'import', 'default'],
    },
    plugins: [leaveOut],
    transform: { target: 'node24', define: DEFINED, inject: INJECTED },
    // Packages that ask for what is not there do so on purpose.
    onLog(level, log, handler) {
      if (level === 'warn' && log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message)
      if (level === 'warn' && /EVAL|CIRCULAR|COMMONJS_VARIABLE/.test(log.code ?? '')) return
      handler(level, log)
    },
  })
  try {
    await bundle.write({ ...OUTPUT, dir: folder })
  } finally {
    await bundle.close()
  }
}
