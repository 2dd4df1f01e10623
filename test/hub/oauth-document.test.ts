// docs/oauth.md, run as it is written: what a developer types, from an owner's token to the flows of the past.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startHub } from '../../hub/hub.ts'
import { has } from '../has.ts'
import { loopback } from '../home.ts'
import { becomeOwner, OWNER } from '../person.ts'
import { quiet } from '../quiet.ts'
import { answerConsent } from './authorization/flows/apps.ts'

const PAGE = readFileSync(new URL('../../docs/oauth.md', import.meta.url), 'utf8')
const NEEDED = ['bash', 'curl', 'jq', 'openssl']

test('every command of the page does what the page says', async ({ skip }) => {
  const missing = NEEDED.filter((command) => !has(command))
  if (missing.length > 0) skip(`${missing.join(', ')}: not installed`)
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    await using hub = await startHub({
      ...{ folder, log: quiet, mdns: false, tls: { type: 'off' }, mqtts: undefined, publicUrl: undefined },
      ...{ http: loopback, mqtt: undefined, legacyFlows: ['password'] },
    })
    const owner = await becomeOwner(hub.publicUrl, hub.ownerLink?.hash.slice(1) ?? '')
    const commands = [...PAGE.matchAll(/^```bash\n(.*?)^```/gms)].map(([, text]) => text).join('')
    const shell = spawn('bash', ['--norc', '-o', 'pipefail', '-c', commands], {
      env: { PATH: process.env.PATH, TMPDIR: folder, hub: hub.publicUrl.origin, ...OWNER },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let said = ''
    let complained = ''
    let answered = false
    shell.stderr.on('data', (text) => {
      complained += text
    })
    shell.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const [, url] = /^Open (.*)$/m.exec(said) ?? []
      if (url === undefined || answered) return
      answered = true
      void answerConsent(owner, new URL(url), 'approved').then((back) => shell.stdin.end(`${back.href}\n`))
    })
    const code = await new Promise((resolve) => shell.once('close', resolve))
    expect({ code, complained }, said).toEqual({ code: 0, complained: '' })
    const told = said.replace(/^Open .*\n/, '').replace(/\s+/g, ' ')
    expect(told).toMatch(
      /^\[\] \{ "active": true, "scope": "home:read" \} \{\}\{"active":false\} \{ "token_type": "Bearer", "scope": "home:read", "expires_in": 600 \} urn:ietf:params:oauth:request_uri:[\w-]+ \{ "token_type": "Bearer", "scope": "home:read" \} $/,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})
