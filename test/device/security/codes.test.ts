import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCodeCheck, openCodes } from '../../../device/security/codes.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const path = () => join(folder, 'codes.json')

test('a code is kept as a hash that nobody else can read, and is known again after a restart', async () => {
  const codes = await openCodes(path())
  await codes.add('04921')
  await codes.add('77777', { duress: true })
  expect(readFileSync(path(), 'utf8')).not.toContain('04921')
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  const again = await openCodes(path())
  expect(await again.check('04921')).toBe('valid')
  expect(await again.check('77777')).toBe('duress')
  expect(await again.check('4921')).toBe('invalid')
  expect(await again.check('')).toBe('absent')
})

test.for(['1234', '123456789', 'abcde', '12 34', ''])('%j is no code', async (code) => {
  await expect((await openCodes(path())).add(code)).rejects.toThrow(RangeError)
})

test('the code is gone from a command before anything keeps or decides on it', async () => {
  const codes = await openCodes(path())
  await codes.add('04921')
  const check = createCodeCheck(codes)
  const checked = async (value: object) => (await check({ path: 'panel/command', value: value as never })).value
  expect(await checked({ action: 'DISARM', code: '04921', id: 'c' })).toEqual({
    action: 'DISARM',
    id: 'c',
    codeCheck: 'valid',
    codeSet: true,
  })
  expect(await checked({ action: 'DISARM', code: '00000' })).toMatchObject({ codeCheck: 'invalid' })
  // Nobody passes a verdict of their own through the door.
  expect(await checked({ action: 'DISARM', codeCheck: 'valid' })).toMatchObject({ codeCheck: 'absent' })
  expect(await checked({ action: 'DISARM', codeCheck: 'valid', codeSet: true, code: { a: 1 } })).toMatchObject({
    codeCheck: 'absent',
  })
})
