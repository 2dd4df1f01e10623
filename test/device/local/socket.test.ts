import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { millis, seconds } from '#contract/time.ts'
import type { Answer } from '../../../device/local/answers.ts'
import { askAgent } from '../../../device/local/client.ts'
import { FolderHeld, holdFolder, type LocalSocket } from '../../../device/local/socket.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { until } from '../../home.ts'
import { quiet } from '../../quiet.ts'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'latchkey-')), 'device')
})
afterEach(() => rmSync(join(folder, '..'), { recursive: true }))

const online: Answer = async () => ({ ok: true, status: { phase: 'online', device: 'toaster-k3f9ab' } })
const hold = async (answer: Answer = online, place = folder): Promise<LocalSocket> => {
  const held = await holdFolder({ folder: place, clock: systemClock, log: quiet })
  held.serve(answer)
  return held
}
const ask = (place = folder) => askAgent(place, { request: 'status' }, systemClock)

/** Says `text` and resolves with everything that came until the other side ended it. */
const say = (text: string, { end = true } = {}): Promise<string> =>
  new Promise((resolve) => {
    let heard = ''
    const socket = connect(join(folder, 'agent.sock')).setEncoding('utf8')
    socket.on('data', (part) => {
      heard += part
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(heard))
    if (end) socket.end(text)
    else socket.write(text)
  })
const linesOf = (heard: string) =>
  heard
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

test('answers one line with one line, to nobody but its own user', async () => {
  await using _ = await hold()
  const status = { phase: 'online', device: 'toaster-k3f9ab' }
  expect(await ask()).toEqual({ ok: true, pid: process.pid, status })
  expect(statSync(join(folder, 'agent.sock')).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  const two = linesOf(await say('{"request":"status"}\n{"request":"status"}\n'))
  expect(two).toEqual([1, 2].map(() => ({ ok: true, pid: process.pid, status })))
})

test('until the agent runs, it says that it is starting', async () => {
  await using _ = await holdFolder({ folder, clock: systemClock, log: quiet })
  expect(await ask()).toMatchObject({ ok: false, because: 'the agent is starting' })
})

test('an answer that fails is a reply that says why', async () => {
  await using _ = await hold(async () => {
    throw new Error('Cannot unpair as it must be paired: it is not')
  })
  expect(await ask()).toMatchObject({ ok: false, because: 'Cannot unpair as it must be paired: it is not' })
})

test.for([
  { what: 'garbage', text: '\0\u00ff{{{\n' },
  { what: 'an unknown request', text: '{"request":"format"}\n' },
  { what: 'JSON of something else', text: '[1]\n' },
  { what: 'an empty line', text: '\n' },
  { what: 'a hundred thousand empty lines', text: '\n'.repeat(100_000) },
  { what: 'a line of two megabytes', text: 'x'.repeat(2_000_000) },
])('$what gets one refusal and the connection is over', async ({ text }) => {
  await using _ = await hold()
  const heard = linesOf(await say(text, { end: false }))
  expect(heard).toHaveLength(1)
  expect(heard[0]).toMatchObject({ ok: false })
  expect(JSON.stringify(heard).length).toBeLessThan(300)
  expect(await ask()).toMatchObject({ ok: true })
})

test('half a line gets nothing, and neither does a client that goes away before its answer', async () => {
  const slow = Promise.withResolvers<void>()
  await using _ = await hold(async () => {
    await slow.promise
    return { ok: true }
  })
  expect(await say('{"request":"sta')).toBe('')
  const socket = connect(join(folder, 'agent.sock'))
  socket.write('{"request":"status"}\n', () => socket.destroy())
  await new Promise((resolve) => socket.once('close', resolve))
  slow.resolve()
  expect(await ask()).toMatchObject({ ok: true })
})

test('a hundred connections that say nothing are bounded, and do not keep anybody out for long', async () => {
  await using _ = await hold()
  const sockets = Array.from({ length: 100 }, () => connect(join(folder, 'agent.sock')).on('error', () => {}))
  const open = () => sockets.filter((socket) => !socket.closed).length
  await until(() => open() <= 16, 'the others to be dropped')
  for (const socket of sockets) socket.destroy()
  expect(await until(() => ask().catch(() => undefined), 'an answer')).toMatchObject({ ok: true })
})

test('a connection that says nothing for ten seconds is over, and so is one that does not finish its line', async () => {
  const clock = new VirtualClock()
  await using held = await holdFolder({ folder, clock, log: quiet })
  held.serve(online)
  const silent = [say('', { end: false }), say('{"request":', { end: false })]
  await systemClock.sleep(millis(50))
  await clock.advance(seconds(9))
  expect(await Promise.race([...silent, systemClock.sleep(millis(50)).then(() => 'open')])).toBe('open')
  await clock.advance(seconds(2))
  expect(await Promise.all(silent)).toEqual(['', ''])
})

test('ends at once with connections open that say nothing', async () => {
  const held = await hold()
  const socket = connect(join(folder, 'agent.sock'))
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  const begun = performance.now()
  await held[Symbol.asyncDispose]()
  expect(performance.now() - begun).toBeLessThan(500)
  expect(existsSync(join(folder, 'agent.sock'))).toBe(false)
})

test('whoever asked last is answered before it ends', async () => {
  const asked = Promise.withResolvers<void>()
  const slow = Promise.withResolvers<void>()
  const held = await hold(async () => {
    asked.resolve()
    await slow.promise
    return { ok: true }
  })
  const answer = ask()
  await asked.promise
  const ended = held[Symbol.asyncDispose]()
  slow.resolve()
  expect(await answer).toMatchObject({ ok: true })
  await ended
})

test('a second agent on the same folder hears which process has it, and the first one notices nothing', async () => {
  await using _ = await hold()
  await expect(hold()).rejects.toThrow(
    new FolderHeld(`Cannot be the agent of ${folder} as there must be one alone: process ${process.pid} is it`),
  )
  expect(await ask()).toMatchObject({ ok: true })
  expect(readdirSync(folder)).toEqual(['agent.sock'])
})

test('an agent that hangs still has its folder', async () => {
  mkdirSync(folder)
  const hanging = createServer((socket) => socket.resume()).listen(join(folder, 'agent.sock'))
  await expect(hold()).rejects.toThrow(/a process that does not answer is it/)
  await new Promise((resolve) => hanging.close(resolve))
})

test('what a killed agent left is taken over, by one of those who try at once', async () => {
  mkdirSync(folder)
  const script = `require('net').createServer().listen(${JSON.stringify(join(folder, 'agent.sock'))}, () => console.log('up'))`
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.once('exit', resolve))
    expect(existsSync(join(folder, 'agent.sock'))).toBe(true)
    const tries = await Promise.allSettled([hold(), hold(), hold()])
    const winners = tries.filter((one) => one.status === 'fulfilled')
    expect(winners).toHaveLength(1)
    expect(await ask()).toMatchObject({ ok: true })
    for (const { value } of winners) await value[Symbol.asyncDispose]()
  }
})

test('something else of that name is no agent', async () => {
  mkdirSync(folder)
  writeFileSync(join(folder, 'agent.sock'), '')
  await using _ = await hold()
  expect(await ask()).toMatchObject({ ok: true })
})

test('a folder whose path is longer than a socket may have works as any other', async () => {
  const deep = join(folder, ...Array.from({ length: 5 }, () => 'a-name-of-forty-characters-and-not-more!'))
  await using _ = await hold(online, deep)
  expect(await ask(deep)).toMatchObject({ ok: true })
  expect(statSync(join(deep, 'agent.sock')).mode & 0o777).toBe(0o600)
  await expect(hold(online, deep)).rejects.toThrow(FolderHeld)
})

test('with nobody there the client says in one line what it needs', async () => {
  await expect(ask()).rejects.toThrow(`Cannot ask the agent of ${folder} as it must be running: got none there`)
})

test('something that is no agent is no answer', async () => {
  mkdirSync(folder)
  const other = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
    join(folder, 'agent.sock'),
  )
  await expect(ask()).rejects.toThrow(/must be JSON/)
  await new Promise((resolve) => other.close(resolve))
})

test('finishes a factory reset that was cut short before anything else reads the folder', async () => {
  mkdirSync(folder)
  for (const name of ['reset-under-way', 'codes.json', 'credentials.a']) writeFileSync(join(folder, name), 'what was')
  await using _ = await hold()
  expect(readdirSync(folder)).toEqual(['agent.sock'])
})
