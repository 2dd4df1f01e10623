import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readSettings, UsageError } from '#contract/settings.ts'
import { findUnknownVariable } from '#contract/variables.ts'

const ROOT = new URL('../../', import.meta.url)

/** Every `LATCHKEY_` word in the text of the files. */
function wordsOf(files: readonly string[]): readonly string[] {
  const words = files.flatMap((file) => [
    ...readFileSync(new URL(file, ROOT), 'utf8').matchAll(/\bLATCHKEY_[A-Z_]*[A-Z]\b/g),
  ])
  return [...new Set(words.map(([word]) => word))].toSorted()
}

const filesOf = (...patterns: readonly string[]): readonly string[] =>
  execFileSync('git', ['ls-files', '--', ...patterns], { cwd: ROOT, encoding: 'utf8' })
    .trim()
    .split('\n')

const LIST = 'device/contract/variables.ts'
const SOURCES = filesOf('device/**.ts', 'hub/**.ts', 'hub/**.tsx', 'simulator/**.ts', 'simulator/**.mjs').filter(
  (file) => file !== LIST,
)

test('the list has every variable that a program reads or names, and no other', () => {
  expect(SOURCES.length).toBeGreaterThan(300)
  expect(wordsOf([LIST]).filter((word) => word !== 'LATCHKEY_')).toEqual(wordsOf(SOURCES))
})

test('what README and documents name is on the list', () => {
  const named = wordsOf(filesOf('README.md', 'docs/*.md', 'action.yml', '.ci/run'))
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((name) => findUnknownVariable({ [name]: 'x' }) !== undefined)).toEqual([])
})

test.for([
  { name: 'LATCHKEY_ISSUR', says: 'did you mean LATCHKEY_ISSUER?' },
  { name: 'LATCHKEY_LEGACY_FLOW', says: 'did you mean LATCHKEY_LEGACY_FLOWS?' },
  { name: 'LATCHKEY_TSL', says: 'did you mean LATCHKEY_TLS?' },
  { name: 'latchkey_http', says: 'did you mean LATCHKEY_HTTP?' },
  { name: 'LATCHKEY_X', says: 'no program of Latchkey reads it' },
  { name: 'LATCHKEY_PASSWORD', says: 'no program of Latchkey reads it' },
])('$name is refused: $says', ({ name, says }) => {
  const read = () => readSettings({}, [], { PATH: '/bin', LATCHKEY_LOG: 'info', [name]: 'secret' })
  expect(read).toThrow(new UsageError(`Unknown environment variable ${name}: ${says}`))
})

test('an empty one is one that is not set', () => {
  expect(findUnknownVariable({ LATCHKEY_ISSUR: '', LATCHKEY_ISSUER: undefined })).toBeUndefined()
})

// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
test.for([
  { name: 'LATCHKEY_SERVICE_HOST', value: '10.0.0.11', refused: false },
  { name: 'LATCHKEY_HUB_SERVICE_PORT', value: '8080', refused: false },
  { name: 'LATCHKEY_SERVICE_PORT_MQTT', value: '1883', refused: false },
  { name: 'LATCHKEY_PORT', value: 'tcp://10.0.0.11:8080', refused: false },
  { name: 'LATCHKEY_PORT_8080_TCP', value: 'tcp://10.0.0.11:8080', refused: false },
  { name: 'LATCHKEY_PORT_8080_TCP_ADDR', value: '10.0.0.11', refused: false },
  { name: 'LATCHKEY_PORT', value: '8080', refused: true },
])('$name=$value of a Kubernetes service, refused: $refused', ({ name, value, refused }) => {
  expect(findUnknownVariable({ [name]: value }) !== undefined).toBe(refused)
})
