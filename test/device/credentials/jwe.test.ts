// Our JWE against jose's, which was written by somebody else from the same RFCs.
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { expect, test } from 'vitest'
import { ParseError } from '#contract/parse.ts'
import { readSealedHeader, seal, unseal } from '../../../device/credentials/jwe.ts'

const key = randomBytes(32)
const facts = { kid: 'key-file:abc', seq: 7, version: 1 }

test('jose opens what we seal, and finds key, sequence and version in the protected header', async () => {
  const { plaintext, protectedHeader } = await compactDecrypt(seal('naïve: 🔑', key, facts), key)
  expect(new TextDecoder().decode(plaintext)).toBe('naïve: 🔑')
  expect(protectedHeader).toEqual({ alg: 'dir', enc: 'A256GCM', ...facts })
})

test('we open what jose seals', async () => {
  const jwe = await new CompactEncrypt(new TextEncoder().encode('naïve: 🔑'))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', ...facts })
    .encrypt(key)
  expect(readSealedHeader(jwe, 'it')).toEqual({ alg: 'dir', enc: 'A256GCM', ...facts })
  expect(unseal(jwe, key, 'it')).toBe('naïve: 🔑')
})

test('any text comes back, and never twice as the same bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const jwe = seal(text, key, facts)
      expect(unseal(jwe, key, 'it')).toBe(text)
      expect(seal(text, key, facts)).not.toBe(jwe)
    }),
    { numRuns: 50 },
  )
})

test('no other key opens it', () => {
  expect(() => unseal(seal('text', key, facts), randomBytes(32), 'the file')).toThrow(
    /^Cannot open the file as it must/,
  )
})

test('no changed character, cut or addition opens, and no error repeats what was read', () => {
  const jwe = seal('the secret itself', key, facts)
  const character = fc.constantFrom(...'ABCDabcd0189-_.+/= \n')
  const damage = fc.oneof(
    fc.tuple(fc.nat(jwe.length - 1), character).map(([at, c]) => jwe.slice(0, at) + c + jwe.slice(at + 1)),
    fc.nat(jwe.length - 1).map((length) => jwe.slice(0, length)),
    fc.tuple(fc.nat(jwe.length), character).map(([at, c]) => jwe.slice(0, at) + c + jwe.slice(at)),
  )
  fc.assert(
    fc.property(damage, (text) => {
      fc.pre(text !== jwe)
      try {
        readSealedHeader(text, 'it')
        unseal(text, key, 'it')
      } catch (error) {
        expect(error).toBeInstanceOf(ParseError)
        expect((error as Error).message).not.toMatch(/eyJ|secret/)
        return
      }
      expect.fail('it opened')
    }),
    { numRuns: 1000 },
  )
})

test('a header with another sequence, key name or version does not open', () => {
  const [, ...rest] = seal('text', key, facts).split('.')
  for (const changed of [{ seq: 8 }, { kid: 'key-file:other' }, { version: 2 }]) {
    const header = { alg: 'dir', enc: 'A256GCM', ...facts, ...changed }
    const jwe = [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.')
    expect(readSealedHeader(jwe, 'it')).toEqual(header)
    expect(() => unseal(jwe, key, 'it')).toThrow(ParseError)
  }
})

test('a tag of fewer bytes than sixteen is refused, whatever Node would take', () => {
  const parts = seal('text', key, facts).split('.')
  const short = Buffer.from(parts[4] ?? '', 'base64url')
    .subarray(0, 4)
    .toString('base64url')
  expect(() => unseal([...parts.slice(0, 4), short].join('.'), key, 'it')).toThrow(ParseError)
})
