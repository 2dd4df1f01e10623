// Says in one line which suites this machine cannot run, and what they need.
import { execFileSync } from 'node:child_process'
import { chromiumPath } from './browser/chromium.ts'

const has = (command: string): boolean => {
  try {
    execFileSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const needed = [
  ...(chromiumPath === undefined ? ['the browser suite (Debian: chromium)'] : []),
  ...(has('certutil') ? [] : ['the browser suite for a trusted authority (Debian: libnss3-tools)']),
  ...(has('mosquitto_sub') ? [] : ['one test with mosquitto (Debian: mosquitto-clients)']),
  ...(has('openssl') ? [] : ['OpenSSL on our certificates (Debian: openssl)']),
]

/** Run once by vitest, before everything. */
export function setup(): void {
  if (needed.length > 0) process.stderr.write(`Left out here: ${needed.join('; ')}.\n`)
}
