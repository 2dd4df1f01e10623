// The door of `latchkey/simulator/vitest`. Its types are those of vitest.ts.
import { needNode } from './node.mjs'

needNode('latchkey/simulator/vitest')
await import('./strip-types.mjs')
await import('./vitest.ts')
