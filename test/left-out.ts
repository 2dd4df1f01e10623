// Says in one line what is not run here: suites that are commands of their own, and tests that need what this machine lacks.
import { has } from './has.ts'

const leftOut = [
  'the browser suite (npm run test:browser; Debian: chromium, libnss3-tools)',
  'what takes long or a kernel of its own (npm run test:long, test:kernel, test:raspi)',
  ...(has('mosquitto_sub') ? [] : ['tests with mosquitto (Debian: mosquitto-clients)']),
  ...(has('mosquitto') ? [] : ['the agent with a foreign broker (Debian: mosquitto)']),
  ...(has('curl') ? [] : ['a device in a shell (Debian: curl)']),
  ...(has('jq') ? [] : ['docs/oauth.md on a command line (Debian: jq)']),
  ...(has('openssl') ? [] : ['OpenSSL on our certificates (Debian: openssl)']),
]

/** Run once by vitest, before everything. */
export function setup(): void {
  process.stderr.write(`Left out here: ${leftOut.join('; ')}.\n`)
}
