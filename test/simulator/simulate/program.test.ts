// `latchkey simulate` as a person and a job run it.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { formatSchema } from '../../../simulator/scenario/json-schema.ts'
import { formatProgress } from '../../../simulator/simulate/screen.ts'
import { readSimulateConfig } from '../../../simulator/simulate/settings.ts'
import { type Ended, openAgain } from '../../again.ts'

const LAUNCHER = fileURLToPath(new URL('../../../simulator/latchkey.mjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'latchkey-simulate-'))
const again = openAgain('simulator/simulate/main.ts')
afterAll(async () => {
  await again[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true })
})

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return name
}
/** A word, or more of the environment. */
type Told = string | Readonly<Record<string, string>>
const told = (given: readonly Told[]) => ({
  args: given.filter((each) => typeof each === 'string'),
  more: given.find((each) => typeof each !== 'string'),
})
/** As a process of its own. */
const simulate = (...given: readonly Told[]): Promise<Ended> =>
  new Promise((resolve) => {
    const { args, more } = told(given)
    const env = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...more }
    execFile(process.execPath, [LAUNCHER, 'simulate', ...args], { cwd: folder, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })
/** The same without a process of its own. */
const simulateHere = (...given: readonly Told[]): Promise<Ended> => {
  const { args, more } = told(given)
  return again.run({ args, cwd: folder, ...(more && { env: more }) })
}

const WARM =
  'name: Warm\nhome: { devices: [thermostat], indoors: 20 }\nfor: 30m\nexpect:\n  - always: thermostat.air > 10\n'
const COLD =
  'name: Cold\nhome: { devices: [thermostat], indoors: 8 }\nfor: 30m\nexpect:\n  - always: thermostat.air > 10\n'

test('passed: 0, every file that was asked for, and the same hash for the same seed', async () => {
  const file = write('warm.yaml', WARM)
  const outputs = [
    '--junit',
    'out.xml',
    '--html',
    'timeline.html',
    '--summary',
    'summary.md',
    '--transcript',
    'all.ndjson',
  ]
  const first = await simulate(file, '--seed', '7', '--json', ...outputs)
  expect([first.code, first.err]).toEqual([0, ''])
  const document = JSON.parse(first.out) as { exitCode: number; reports: { seed: number; hash: string }[] }
  expect(document).toMatchObject({ version: 1, outcome: 'passed', exitCode: 0, reports: [{ seed: 7, file }] })
  expect(readFileSync(join(folder, 'out.xml'), 'utf8')).toContain('name="seed" value="7"')
  expect(readFileSync(join(folder, 'timeline.html'), 'utf8')).toContain('Warm')
  expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('Warm')
  const lines = readFileSync(join(folder, 'all.ndjson'), 'utf8').trim().split('\n')
  expect(lines.map((line) => (JSON.parse(line) as { topic: string }).topic)).toContainEqual(
    expect.stringMatching(/^homie\/5\/thermostat-\w+\/climate\/current$/),
  )
  const second = JSON.parse((await simulateHere(file, '--seed', '7', '--json')).out) as typeof document
  expect(second.reports[0]?.hash).toBe(document.reports[0]?.hash)
})

test('failed: 1, and in plain text the line, the time, the seed and how to see it again', async () => {
  const { code, out, err } = await simulate(write('warm.yaml', WARM), write('cold.yaml', COLD))
  expect([code, err]).toEqual([1, ''])
  expect(out).toMatch(/✓ Warm +passed/)
  expect(out).toMatch(/✗ Cold +failed/)
  expect(out).toContain('cold.yaml:5')
  expect(out).toContain('latchkey simulate cold.yaml --seed 1')
  expect(out).not.toContain('\u001b')
})

test('given up: 4', async () => {
  const { code, out } = await simulateHere(write('long.yaml', WARM.replace('30m', '20d')), '--timeout', '1s')
  expect(code).toBe(4)
  expect(out).toContain('it took longer than 1 s of real time')
})

test.for([
  { what: 'no file', args: [], says: 'there must be a scenario' },
  {
    what: 'a file that is not there',
    args: ['gone.yaml'],
    says: 'gone.yaml as it must be a file or a folder: it is not there',
  },
  {
    what: 'a seed that is no number',
    args: ['warm.yaml', '--seed', 'seven'],
    says: '--seed as it must be a whole number or random: got "seven"',
  },
  { what: 'a speed below nothing', args: ['warm.yaml', '--speed', '-1x'], says: "'--speed'" },
  {
    what: 'a time-out in parsecs',
    args: ['warm.yaml', '--timeout', '3 parsecs'],
    says: '--timeout as it must be like 10m',
  },
  { what: 'a file and a search', args: ['warm.yaml', '--fuzz', '3'], says: 'leave the file out' },
  { what: 'a flag that does not exist', args: ['warm.yaml', '--sed', '3'], says: "'--sed'" },
  { what: 'a search for nothing', args: ['--fuzz', '1e3'], says: '--fuzz as it must be a number of scenarios from 1' },
  { what: 'a time-out of nothing', args: ['warm.yaml', '--timeout', '0s'], says: '--timeout as it must be like 10m' },
  {
    what: 'results in a folder that is not there',
    args: ['warm.yaml', '--junit', 'nowhere/out.xml'],
    says: '--junit as it must be a file that can be written: there is no folder nowhere to write to',
  },
  {
    what: 'a summary that is a folder',
    args: ['warm.yaml', '--summary', '.'],
    says: '--summary as it must be a file that can be written: . is a folder',
  },
  {
    what: 'pages below a file',
    args: ['warm.yaml', '--html', 'warm.yaml/pages'],
    says: '--html as it must be a page (.html) or a folder that can be written',
  },
  {
    what: 'a find that cannot be written down',
    args: ['--fuzz', '2', '--found', 'nowhere/found.yaml'],
    says: '--found as it must be a file that can be written',
  },
  {
    what: 'one page for two scenarios',
    args: ['warm.yaml', 'cold.yaml', '--html', 'x.html'],
    says: 'it must be a folder',
  },
])('$what is wrong usage, said in one line', async ({ args, says }) => {
  write('warm.yaml', WARM)
  write('cold.yaml', COLD)
  const { code, out, err } = await simulateHere(...args)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(says)
  expect(err.trim().split('\n')).toHaveLength(1)
})

test('what is wrong with a scenario is wrong usage too, and nothing was run', async () => {
  const { code, out, err } = await simulate(
    write('warm.yaml', WARM),
    write('typo.yaml', `${WARM}step: []\n`),
    '--junit',
    'no.xml',
  )
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/^typo\.yaml:6:1: .*"?step"? .*steps/)
  expect(existsSync(join(folder, 'no.xml'))).toBe(false)
})

test('a search says how much it looked at, and repeats with its seed', async () => {
  const { code, out } = await simulateHere('--fuzz', '2', '--seed', '5')
  expect([code, out.trim()]).toEqual([0, 'No trouble found: 2 random scenarios (seed 5)'])
})

test('the published schema is the one that is in force', () => {
  const published = readFileSync(new URL('../../../simulator/scenario.schema.json', import.meta.url), 'utf8')
  expect(JSON.parse(published)).toEqual(JSON.parse(formatSchema()))
})

test('a random seed is told; a folder is all of its scenarios', () => {
  write('warm.yaml', WARM)
  const config = readSimulateConfig([folder, '--seed', 'random'], {})
  if (typeof config === 'string') throw new Error(config)
  expect(config.seed).toBeGreaterThan(0)
  expect(config.files).toContain(join(folder, 'warm.yaml'))
  expect(config.files.every((file) => file.endsWith('.yaml'))).toBe(true)
})

test.for([
  { share: 0, bar: `${'░'.repeat(20)}   0 %` },
  { share: 0.424, bar: `${'█'.repeat(8)}${'░'.repeat(12)}  42 %` },
  { share: 1, bar: `${'█'.repeat(20)} 100 %` },
  { share: 1.2, bar: `${'█'.repeat(20)} 100 %` },
])('progress at $share is one line', ({ share, bar }) => {
  expect(formatProgress('A night of frost', share, 'Tue 03:12')).toBe(`${bar}  Tue 03:12  A night of frost`)
})

test.for([
  { what: 'the machine’s own files', name: '../../../../../../../proc/self/environ', says: 'it leads elsewhere' },
  { what: 'a link that leads out', name: 'link.csv', says: 'it leads elsewhere' },
  { what: 'a folder', name: 'sub', says: 'it must be a file of at most 10 MB' },
  { what: 'nothing', name: 'gone.csv', says: 'it is not there' },
])('a scenario cannot read $what', async ({ name, says }) => {
  const link = join(folder, 'link.csv')
  if (!existsSync(link)) symlinkSync('/etc/hostname', link)
  mkdirSync(join(folder, 'sub'), { recursive: true })
  const file = write('weather.yaml', `name: W\nhome: { weather: { file: ${name} } }\nfor: 1h\n`)
  const { code, out, err } = await simulateHere(file)
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(says)
  expect(err).not.toContain('PATH=')
})

test('on GitHub the text of a scenario gives no orders to the runner', async () => {
  const file = write('evil.yaml', COLD.replace('Cold', '"::add-mask::x"'))
  const { out } = await simulateHere(file, { GITHUB_ACTIONS: 'true' })
  const [first = '', ...rest] = out.split('\n')
  const [, word] = /^::stop-commands::(.{30,})$/.exec(first) ?? []
  const resumed = rest.indexOf(`::${word}::`)
  expect(rest.findIndex((line) => line.includes('::add-mask::'))).toBeLessThan(resumed)
  expect(rest.slice(resumed + 1).filter((line) => line.startsWith('::'))).toEqual([
    expect.stringMatching(/^::error file=evil\.yaml,line=5,title=%3A%3Aadd-mask/),
  ])
})
