// What the bundle leaves out of the packages, and why each is safe to miss. Measured on x64: docs/install.md has the table.
import type { Plugin } from 'rolldown'

/** By the end of a module's path. Whoever asks for one gets an empty object. */
const NOTHING: readonly { readonly module: RegExp; readonly because: string }[] = [
  { module: /\/node_modules\/worker-timers\//, because: 'mqtt.js has timers in workers for browsers alone' },
  { module: /\/node_modules\/socks\//, because: 'no broker of ours is behind a SOCKS proxy' },
  { module: /\/node_modules\/thread-stream\//, because: 'pino writes to standard error here, and not on a thread' },
  { module: /\/johnny-five\/lib\/repl\.js$/, because: 'a product has no prompt: see board/board.ts' },
  { module: /\/undici\/lib\/dispatcher\/client-h2\.js$/, because: 'allowH2 is false: see oauth/http.ts' },
  {
    module: /\/undici\/lib\/llhttp\/llhttp-wasm\.js$/,
    because: 'every processor that Node 24 runs on has the other one',
  },
]

export const leaveOut: Plugin = {
  name: 'leave-out',
  load: (id) =>
    NOTHING.some(({ module }) => module.test(id)) ? { code: 'export default {}', moduleType: 'js' } : undefined,
}

/** Node's own stream instead of its copies on npm: ten thousand lines. */
export const ALIASES = { 'readable-stream': 'node:stream' }

/**
 * What a person types, and undici as in Node's own build of it: with one HTTP parser, the one that has been in Node for years, and without the experimental
 * second.
 */
export const DEFINED = {
  // As deb.ts installs it: see ../program-name.ts.
  PACKAGED_NAME: '"latchkey-device"',
  'process.env.NODE_ENV': '"production"',
  esbuildDetection: 'true',
}
