// `latchkey device …` as a person types it, with the real programs.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { formatReply } from '../../../device/local/command.ts'
import { until } from '../../home.ts'
import { freePort, type Program, startProgram } from '../../processes.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(data, { recursive: true }))

const startToaster = async (): Promise<Program> => {
  const hub = `http://localhost:${await freePort()}`
  return startProgram(['device', 'toaster', '--data', data, '--board', 'simulated', '--hub', hub])
}
const offline = (program: Program, more = () => true) =>
  program.fact(({ phase }) => phase === 'offline' && more(), 'it')
const run = async (...words: string[]) => typing('', ...words)
/** As `run`, by somebody who types `text` on standard input. */
const typing = async (text: string, ...words: string[]) => {
  const program = startProgram(['device', ...words, '--data', data], {}, text)
  const code = await new Promise((resolve) => program.process.once('close', resolve))
  return { code, facts: program.facts, stderr: program.stderr() }
}

test('a second agent ends with 1 and one line that names the first, also one that was killed leaves the folder free', async () => {
  await using first = await startToaster()
  await offline(first)
  const { pid } = first.process
  expect(await run('toaster', '--board', 'simulated')).toEqual({
    code: 1,
    facts: [],
    stderr: `Cannot be the agent of ${join(data, 'toaster')} as there must be one alone: process ${pid} is it\n`,
  })
  expect(await run('status', 'toaster')).toMatchObject({
    code: 0,
    facts: [{ ok: true, pid, status: { phase: 'offline' } }],
  })
  await first.end('SIGKILL')
  expect(await run('status', 'toaster')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^Cannot ask the agent/),
  })
  await using next = await startToaster()
  await offline(next)
  expect(await next.end('SIGTERM')).toBe(0)
})

test('after a reset the agent goes on by itself, as new', async () => {
  await using agent = await startToaster()
  await offline(agent)
  expect(await run('reset', 'toaster')).toMatchObject({ code: 0, facts: [{ ok: true }] })
  await until(() => readdirSync(join(data, 'toaster')).includes('credentials.b'), 'new credentials')
  expect(await run('unpair', 'toaster')).toMatchObject({ code: 1, facts: [{ ok: false }] })
  expect(await agent.end('SIGTERM')).toBe(0)
})

test('a kind that there is not is wrong usage', async () => {
  expect(await run('status', 'kettle')).toMatchObject({ code: 2 })
})

test.for([
  { request: 'status', reply: { ok: true, status: { phase: 'starting' } }, text: 'Starting.' },
  {
    request: 'status',
    reply: { ok: true, status: { phase: 'offline', because: 'fetch failed (ECONNREFUSED)' } },
    text: 'Offline: fetch failed (ECONNREFUSED). It goes on alone and tries again.',
  },
  { request: 'unpair', reply: { ok: true, revoked: true }, text: 'Unpaired.' },
  { request: 'reset', reply: { ok: true }, text: 'Reset: it is as new.' },
  {
    request: 'list-codes',
    reply: {
      ok: true,
      codes: [
        { user: 'Anna', role: 'full' },
        { user: 'Ben Z', role: 'duress' },
      ],
    },
    text: 'Anna   full\nBen Z  duress',
  },
  {
    request: 'remove-code',
    reply: { ok: true, codes: [{ user: 'Anna', role: 'full' }] },
    text: "The panel does not know Anna's code any more.",
  },
  { request: 'reset', reply: { ok: false, because: 'the agent is starting' }, text: 'Not done: the agent is starting' },
] as const)('$request reads: $text', ({ request, reply, text }) => {
  expect(formatReply(request, { pid: 1, ...reply })).toBe(text)
})

test('a panel takes a new code, typed on standard input and shown nowhere, and nothing that is no code', async () => {
  const hub = `http://localhost:${await freePort()}`
  await using panel = startProgram(['device', 'security', '--data', data, '--board', 'simulated', '--hub', hub])
  await offline(panel)
  const before = readFileSync(join(data, 'security', 'codes.json'), 'utf8')
  expect(await typing('73105\n', 'add-code', 'security', '--duress')).toMatchObject({ code: 0, facts: [{ ok: true }] })
  const after = readFileSync(join(data, 'security', 'codes.json'), 'utf8')
  expect(JSON.parse(after).codes).toHaveLength(JSON.parse(before).codes.length + 1)
  expect(JSON.parse(after).codes.at(-1)).toMatchObject({ duress: true })
  for (const [text, says] of [
    ['12\n', 'five to eight digits'],
    ['', 'a line must be typed'],
  ] as const) {
    const { code, stderr, facts } = await typing(text, 'add-code', 'security')
    expect(code).toBe(1)
    expect(`${stderr}${JSON.stringify(facts)}`).toContain(says)
  }
  expect(panel.stderr() + after).not.toContain('73105')
})

test('whose codes there are is listed, one is taken away, and the last full one is not', async () => {
  const hub = `http://localhost:${await freePort()}`
  await using panel = startProgram(['device', 'security', '--data', data, '--board', 'simulated', '--hub', hub])
  await offline(panel)
  await typing('73105\n', 'add-code', 'security', '--user', 'Anna')
  const list = async () => (await run('list-codes', 'security')).facts.map(({ codes }) => codes)
  const resident = { user: 'resident', role: 'full' }
  expect(await list()).toEqual([[resident, { user: 'Anna', role: 'full' }]])
  expect(await run('remove-code', 'security')).toEqual({
    ...{ code: 2, facts: [], stderr: 'Cannot remove a code as --user must name whose it is: got none\n' },
  })
  expect(await run('remove-code', 'security', '--user', 'Ben')).toMatchObject({
    code: 1,
    facts: [{ ok: false, because: 'Cannot remove a code as its user must be one of resident, Anna: got another' }],
  })
  expect(await run('remove-code', 'security', '--user', 'Anna')).toMatchObject({ code: 0, facts: [{ ok: true }] })
  expect(await run('remove-code', 'security', '--user', 'resident')).toMatchObject({
    code: 1,
    facts: [{ because: expect.stringMatching(/^Cannot remove the last full code/) }],
  })
  expect(await list()).toEqual([[resident]])
})

test('what a panel has seen is shown by its agent, and without one; a touched line is named, and ends with 1', async () => {
  const hub = `http://localhost:${await freePort()}`
  const log = join(data, 'security', 'panel-log.ndjson')
  expect(await run('log', 'security')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('as it must be a panel'),
  })
  {
    await using panel = startProgram(['device', 'security', '--data', data, '--board', 'simulated', '--hub', hub])
    await offline(panel)
    await typing('73105\n', 'add-code', 'security', '--user', 'Anna')
    const { code, facts } = await run('log', 'security', '--verify')
    expect(code).toBe(0)
    expect(facts).toMatchObject([
      {
        ok: true,
        chain: { holds: true, broken: [] },
        entries: {
          0: { n: 1, event: 'code_added' },
          2: { event: 'code_added', facts: { user: 'Anna', role: 'full' } },
        },
      },
    ])
    await panel.end('SIGTERM')
  }
  const alone = await run('log', 'security', '--verify')
  expect(alone).toMatchObject({ code: 0, facts: [{ entries: { 3: { event: 'stopped' } } }] })
  writeFileSync(log, readFileSync(log, 'utf8').replace('Anna', 'Ben'))
  expect(await run('log', 'security', '--verify')).toMatchObject({
    code: 1,
    facts: [{ ok: false, chain: { holds: false, broken: [{ line: 3, because: 'entry 3 was changed' }] } }],
  })
  expect(await run('log', 'security')).toMatchObject({ code: 0 })
  expect(await run('log', 'toaster')).toMatchObject({ code: 1, stderr: expect.stringContaining("it is a toaster's") })
})

test('a toaster has no codes', async () => {
  await using toaster = await startToaster()
  await offline(toaster)
  expect(await typing('73105\n', 'add-code', 'toaster')).toMatchObject({ code: 1, facts: [{ ok: false }] })
})

test('a panel whose codes cannot be read ends with one line, and does not hang', async () => {
  mkdirSync(join(data, 'security'), { mode: 0o700 })
  writeFileSync(join(data, 'security', 'codes.json'), '{', { mode: 0o600 })
  const { code, stderr } = await run('security', '--board', 'simulated')
  expect(code).toBe(1)
  expect(stderr.trim().split('\n').at(-1)).toMatch(/codes\.json/)
})

test('a thermostat whose settings cannot be read regulates all the same', async () => {
  mkdirSync(join(data, 'thermostat', 'thermostat.json'), { recursive: true, mode: 0o700 })
  const hub = `http://localhost:${await freePort()}`
  await using thermostat = startProgram(['device', 'thermostat', '--data', data, '--board', 'simulated', '--hub', hub])
  await offline(thermostat)
  expect(thermostat.stderr()).toContain('settings cannot be read')
  expect(await thermostat.end('SIGTERM')).toBe(0)
})
