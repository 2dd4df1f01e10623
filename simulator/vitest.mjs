// The door of `latchkey/simulator/vitest`. Its types are those of vitest.ts.
import './strip-types.mjs'

await import('./vitest.ts')
