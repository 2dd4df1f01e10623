import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCodeCheck, openCodes } from '../../../device/security/codes.ts'
import { quiet } from '../../quiet.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const path = () => join(folder, 'codes.json')
const open = () => openCodes(path(), quiet)
const kept = () => readFileSync(path(), 'utf8')

test('a code is kept as a hash that nobody else can read, and is known again after a restart', async () => {
  const codes = await open()
  expect(await codes.add('04921', { user: 'Anna' })).toEqual({ user: 'Anna', role: 'full' })
  await codes.add('77777', { duress: true })
  expect(kept()).not.toContain('04921')
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  const again = await open()
  expect(await again.check('04921')).toEqual({ codeCheck: 'valid', user: 'Anna' })
  expect(await again.check('77777')).toEqual({ codeCheck: 'duress', user: 'code-1' })
  expect(await again.check('4921')).toEqual({ codeCheck: 'invalid' })
  expect(await again.check('')).toEqual({ codeCheck: 'absent' })
})

test.for(['1234', '123456789', 'abcde', '12 34', ''])('%j is no code', async (code) => {
  await expect((await open()).add(code)).rejects.toThrow(RangeError)
})

test.for([
  { user: '04921', why: 'a code in the wrong place' },
  { user: '', why: 'nothing' },
  { user: ' Anna', why: 'a space at the beginning' },
  { user: 'Anna\nBen', why: 'two lines' },
  { user: 'A'.repeat(33), why: 'too long' },
])('$why is no name, and the refusal does not repeat it', async ({ user }) => {
  const added = (await open()).add('04921', { user })
  await expect(added).rejects.toThrow(/^Cannot add a code as its user must be a name/)
  await expect(added).rejects.not.toThrow(/04921|Ben|AAAA/)
})

test('names are of their own: with a capital, an accent or without', async () => {
  const codes = await open()
  await codes.add('04921', { user: 'Zoé' })
  await expect(codes.add('11111', { user: 'zoe\u0301' })).rejects.toThrow('somebody is called so')
  await codes.add('11111', { user: 'Zoe' })
  expect(codes.list()).toEqual([
    { user: 'Zoé', role: 'full' },
    { user: 'Zoe', role: 'full' },
  ])
})

test('a code that is removed opens nothing any more, and the others do', async () => {
  const codes = await open()
  await codes.add('04921', { user: 'Anna' })
  await codes.add('11111', { user: 'Ben' })
  await codes.add('77777', { user: 'Carl', duress: true })
  expect(await codes.remove('ANNA')).toEqual({ user: 'Anna', role: 'full' })
  const again = await open()
  expect(await again.check('04921')).toEqual({ codeCheck: 'invalid' })
  expect(await again.check('11111')).toEqual({ codeCheck: 'valid', user: 'Ben' })
  expect(again.list()).toEqual([
    { user: 'Ben', role: 'full' },
    { user: 'Carl', role: 'duress' },
  ])
  expect(kept()).not.toMatch(/Anna/)
})

test('the last full code stays, whatever duress codes there are, and whoever asks at the same time', async () => {
  const codes = await open()
  await codes.add('04921', { user: 'Anna' })
  await codes.add('11111', { user: 'Ben' })
  await codes.add('77777', { user: 'Carl', duress: true })
  const both = await Promise.allSettled([codes.remove('Anna'), codes.remove('Ben')])
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  await expect(codes.remove('Ben')).rejects.toThrow(/^Cannot remove the last full code/)
  await codes.remove('Carl')
  expect(codes.list()).toEqual([{ user: 'Ben', role: 'full' }])
})

test('a name that nobody has is refused with those that there are', async () => {
  const codes = await open()
  await codes.add('04921', { user: 'Anna' })
  await expect(codes.remove('Ben')).rejects.toThrow('Cannot remove a code as its user must be one of Anna: got another')
})

test('codes from before they had names are known by numbers, and the next one gets a free one', async () => {
  const codes = await open()
  await codes.add('04921')
  await codes.add('77777', { duress: true })
  const { codes: hashed } = JSON.parse(kept()) as { codes: { user?: string }[] }
  writeFileSync(path(), JSON.stringify({ version: 1, codes: hashed.map(({ user: _, ...rest }) => rest) }))
  const again = await open()
  expect(again.list()).toEqual([
    { user: 'code-1', role: 'full' },
    { user: 'code-2', role: 'duress' },
  ])
  expect(await again.add('11111')).toEqual({ user: 'code-3', role: 'full' })
  await again.remove('code-1')
  expect(await again.add('22222')).toEqual({ user: 'code-1', role: 'full' })
  expect(await (await open()).check('11111')).toEqual({ codeCheck: 'valid', user: 'code-3' })
})

test('hashes that others could read are closed, and everybody is told to take a new code', async () => {
  await (await open()).add('04921')
  chmodSync(path(), 0o644)
  const said: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => void said.push(JSON.parse(line).msg) })
  expect((await openCodes(path(), log)).any).toBe(true)
  expect(said).toEqual(['others could read the hashes of the codes: give everybody a new one'])
  expect(statSync(path()).mode & 0o777).toBe(0o600)
})

test('the code is gone from a command before anything keeps or decides on it', async () => {
  const codes = await open()
  await codes.add('04921', { user: 'Anna' })
  const check = createCodeCheck(codes)
  const checked = async (value: object) => (await check({ path: 'panel/command', value: value as never }, 'hub')).value
  expect(await checked({ action: 'DISARM', code: '04921', id: 'c' })).toEqual({
    ...{ action: 'DISARM', id: 'c', codeCheck: 'valid', codeSet: true },
    ...{ user: 'Anna', from: 'hub' },
  })
  expect(await checked({ action: 'DISARM', code: '00000' })).toMatchObject({ codeCheck: 'invalid' })
  // Nobody passes a verdict of their own through the door, nor somebody else's name.
  expect(await checked({ action: 'DISARM', codeCheck: 'valid' })).toMatchObject({ codeCheck: 'absent' })
  expect(await checked({ action: 'ARM_AWAY', user: 'Ben', from: 'device' })).not.toMatchObject({ user: 'Ben' })
  expect(await checked({ action: 'ARM_AWAY', user: 'Ben', from: 'device' })).toMatchObject({ from: 'hub' })
  expect(await checked({ action: 'DISARM', codeCheck: 'valid', codeSet: true, code: { a: 1 } })).toMatchObject({
    codeCheck: 'absent',
  })
})
