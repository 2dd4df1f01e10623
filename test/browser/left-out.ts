// Says in one line what cannot be seen without a browser here, and what it needs.
import { has } from '../has.ts'
import { chromiumPath } from './chromium.ts'

const needed = [
  ...(chromiumPath === undefined ? ['the browser suite (Debian: chromium)'] : []),
  ...(has('certutil') ? [] : ['the browser suite for a trusted authority (Debian: libnss3-tools)']),
]

/** Run once by vitest, before everything. */
export function setup(): void {
  if (needed.length > 0) process.stderr.write(`Left out here: ${needed.join('; ')}.\n`)
}
