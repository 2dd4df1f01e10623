import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isReadByOthers } from '#contract/files.ts'
import { readSecret } from '#contract/settings.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const secretOf = (mode: number, place = folder) => {
  mkdirSync(place, { recursive: true })
  const file = join(place, 'secret')
  writeFileSync(file, 'hush\n', { mode })
  return file
}
const me = process.getuid?.() ?? 0

test.for(['600', '400', '700'])('a secret of mode %s is read', (mode) => {
  expect(readSecret(secretOf(Number.parseInt(mode, 8)), '--it')).toBe('hush')
})

test.for(['640', '604', '644'])('one of mode %s is refused, with what to do and without the secret', (mode) => {
  const read = () => readSecret(secretOf(Number.parseInt(mode, 8)), '--it')
  expect(read).toThrow('Cannot use --it as nobody else may read it: set its mode with chmod 600')
  expect(read).not.toThrow(/hush/)
})

test('a systemd credential is as systemd made it, and only in its own directory', () => {
  const credentials = join(folder, 'credentials')
  expect(readSecret(secretOf(0o440, credentials), '--it', credentials)).toBe('hush')
  expect(() => readSecret(secretOf(0o440), '--it', credentials)).toThrow('chmod 600')
  expect(() => readSecret(secretOf(0o440, join(folder, 'credentials-2')), '--it', credentials)).toThrow('chmod 600')
})

test.for([
  { whose: 'ours', uid: me, mode: 0o640, open: true },
  { whose: "another user's, who gave it to our group", uid: me + 1, mode: 0o640, open: false },
  { whose: "another user's, who gave it to everybody", uid: me + 1, mode: 0o644, open: true },
])('$whose: open to others is $open', ({ uid, mode, open }) => {
  expect(isReadByOthers({ mode, uid })).toBe(open)
})
