// Says in one line which suites this machine cannot run, and what they need.
import { chromiumPath } from './browser/chromium.ts'
import { has } from './has.ts'

const needed = [
  ...(chromiumPath === undefined ? ['the browser suite (Debian: chromium)'] : []),
  ...(has('certutil') ? [] : ['the browser suite for a trusted authority (Debian: libnss3-tools)']),
  ...(has('mosquitto_sub') ? [] : ['tests with mosquitto (Debian: mosquitto-clients)']),
  ...(has('mosquitto') ? [] : ['the agent with a foreign broker (Debian: mosquitto)']),
  ...(has('curl') ? [] : ['a device in a shell (Debian: curl)']),
  ...(has('openssl') ? [] : ['OpenSSL on our certificates (Debian: openssl)']),
]

/** Run once by vitest, before everything. */
export function setup(): void {
  if (needed.length > 0) process.stderr.write(`Left out here: ${needed.join('; ')}.\n`)
}
