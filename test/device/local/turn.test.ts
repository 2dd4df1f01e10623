import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { listenAt } from '#contract/local/server.ts'
import { seconds } from '#contract/time.ts'
import { NoTurn, takeTurn } from '../../../device/local/turn.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { until } from '../../home.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const pathHere = () => join(folder, 'agent.sock')
const TICKET_OF_ANOTHER = 'agent.sock.00000000'

/** Takes `turns` turns one after the other, and writes down where each begins and ends. */
const program = (turns: number) => `
  const { appendFileSync } = await import('node:fs')
  const { takeTurn } = await import(${JSON.stringify(new URL('../../../device/local/turn.ts', import.meta.url).href)})
  const { systemClock } = await import(${JSON.stringify(new URL('../../../device/contract/clock.ts', import.meta.url).href)})
  const note = (word) => appendFileSync(${JSON.stringify(join(folder, 'notes'))}, word + ' ' + process.pid + '\\n')
  for (let turn = 0; turn < ${turns}; turn++)
    await takeTurn(${JSON.stringify(pathHere())}, systemClock, async () => {
      note('in')
      await systemClock.sleep(Math.random() * 4)
      note('out')
    })`
const start = (turns: number) =>
  spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program(turns)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })

test('of four processes that want it all the time one has it at a time, also where one is killed', async () => {
  appendFileSync(join(folder, 'notes'), '')
  const doomed = start(10_000)
  const others = [start(10), start(10), start(10)]
  const ends = others.map((child) => once(child, 'exit'))
  await until(() => readFileSync(join(folder, 'notes'), 'utf8').includes(String(doomed.pid)), 'the first turn')
  doomed.kill('SIGKILL')
  expect(await Promise.all(ends)).toEqual(others.map(() => [0, null]))
  const notes = readFileSync(join(folder, 'notes'), 'utf8').trimEnd().split('\n')
  let inside = 'nobody'
  for (const note of notes) {
    const [word = '', pid = ''] = note.split(' ')
    if (word === 'in') {
      expect(['nobody', String(doomed.pid)]).toContain(inside)
      inside = pid
    } else {
      expect(pid).toBe(inside)
      inside = 'nobody'
    }
  }
  expect(notes.length).toBeGreaterThan(60)
  expect(readdirSync(folder)).toEqual(['notes'])
})

test('what the work throws is thrown, and the turn is over', async () => {
  const failed = takeTurn(pathHere(), systemClock, () => Promise.reject(new Error('no room')))
  await expect(failed).rejects.toThrow('no room')
  expect(await takeTurn(pathHere(), systemClock, async () => readdirSync(folder))).toHaveLength(1)
  expect(readdirSync(folder)).toEqual([])
})

test('somebody who is never done is not waited for without end, and his ticket stays', async () => {
  const clock = new VirtualClock()
  await using hanging = createServer((socket) => socket.resume())
  await listenAt(hanging, join(folder, TICKET_OF_ANOTHER))
  let ended = false
  const waits = takeTurn(pathHere(), clock, async () => 'mine').finally(() => {
    ended = true
  })
  waits.catch(() => {})
  while (!ended) {
    await clock.advance(seconds(1))
    await new Promise(setImmediate)
  }
  await expect(waits).rejects.toThrow(NoTurn)
  expect(readdirSync(folder)).toEqual([TICKET_OF_ANOTHER])
})
