import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { instant, millis } from '#contract/time.ts'
import { createTranscript } from '../../simulator/home/transcript.ts'

const folder = mkdtempSync(join(tmpdir(), 'latchkey-transcript-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const START = instant(Date.UTC(2030, 0, 14, 6))
const open = (name: string) => createTranscript({ file: join(folder, name), start: START })
const said = (from: string | undefined, topic: string, payload = '', retain = false) => ({
  from,
  topic,
  payload,
  retain,
})

test('what is said at one moment stands in the order of who said it, and of what they said', () => {
  const transcript = open('order')
  transcript.add(said('toaster-1', 'b'), millis(0))
  transcript.add(said('thermostat-1', 'z'), millis(0))
  transcript.add(said(undefined, 'from the hub'), millis(0))
  transcript.add(said('thermostat-1', 'a'), millis(0))
  transcript.add(said('a-later-one', 'c'), millis(5))
  expect(transcript.entries.map(({ at, from, topic }) => `${at} ${from} ${topic}`)).toEqual([
    '0 hub from the hub',
    '0 thermostat-1 z',
    '0 thermostat-1 a',
    '0 toaster-1 b',
    '5 a-later-one c',
  ])
  expect(transcript.length).toBe(5)
})

test('a long one goes to disk, and reads and hashes as if it had not', () => {
  const transcript = open('long')
  const payload = 'x'.repeat(1000)
  for (let n = 0; n < 3000; n++)
    transcript.add(said(`device-${n % 7}`, `topic/${n}`, payload, n % 2 === 0), millis(n >> 1))
  expect(existsSync(join(folder, 'long'))).toBe(true)
  const { entries } = transcript
  expect(entries).toHaveLength(3000)
  expect(entries.at(-1)).toMatchObject({ at: 1499, topic: expect.stringMatching(/^topic\/299[89]$/), payload })
  expect(entries.filter(({ retain }) => retain)).toHaveLength(1500)
  expect(transcript.hash()).toBe(createHash('sha256').update(transcript.ndjson()).digest('hex'))
  rmSync(join(folder, 'long'))
  expect(() => transcript.ndjson()).toThrow('take it before the home is disposed')
})

test.for([
  { what: 'a token', topic: '$latchkey/authz', payload: 'eyJhbGciOiJFUzI1NiJ9.e30.x', kept: '' },
  {
    what: "a panel's code",
    topic: 'homie/5/security-k3f9ab/panel/command/set',
    payload: '{"action":"DISARM","code":"123456","id":"1"}',
    kept: '{"action":"DISARM","code":"…","id":"1"}',
  },
  {
    what: 'a code that is a number, in somebody’s own JSON',
    topic: 'homie/5/security-k3f9ab/panel/command/set',
    payload: '{ "code" : 123456 }',
    kept: '{ "code" : "…" }',
  },
  {
    what: 'an address of this machine',
    topic: 't',
    payload: 'at http://localhost:4711/pair',
    kept: 'at http://hub.home.arpa/pair',
  },
])('$what is not in it', ({ topic, payload, kept }) => {
  const transcript = open('secrets')
  transcript.callHomeBy('http://localhost:4711')
  expect(transcript.add(said('x', topic, payload), millis(0)).payload).toBe(kept)
})
