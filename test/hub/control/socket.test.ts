// The hub's own door: who may use it, and what it makes of nonsense. How it talks is the agent's (test/device/local).
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHubRoom } from '../hub-room.ts'
import { run, startBareHub } from './commands.ts'

/** Resolves with everything that is answered until the other side ends it. */
const say = (path: string, text: string): Promise<string> =>
  new Promise((resolve) => {
    let heard = ''
    const socket = connect(path).setEncoding('utf8')
    socket.on('data', (part) => {
      heard += part
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(heard))
    socket.write(text)
  })

test('is for the owner of the folder alone, and goes with the hub', async () => {
  await using room = await openHubRoom()
  const path = join(room.data, 'hub', 'control.sock')
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(room.data, 'hub')).mode & 0o777).toBe(0o700)
  await room.stop()
  expect(existsSync(path)).toBe(false)
  // What a hub that was killed left behind, or something else of that name.
  writeFileSync(path, '')
  await room.restart()
  expect((await run(room.data, 'keys', 'list')).code).toBe(0)
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test.for([
  ['garbage', '\0{{{\n'],
  ['an unknown request', '{"request":"format"}\n'],
  ['a scope that nobody hands on', '{"request":"token_create","name":"x","scopes":["device"]}\n'],
  ['a line of two megabytes', 'x'.repeat(2_000_000)],
] as const)('%s gets one refusal', async ([, text]) => {
  await using room = await openHubRoom()
  const heard = await say(join(room.data, 'hub', 'control.sock'), text)
  expect(JSON.parse(heard)).toMatchObject({ ok: false })
  expect((await run(room.data, 'token', 'list')).err).toBe('There are none.')
})

test('a folder whose path is longer than a socket may have works as any other', async () => {
  await using room = await openHubRoom()
  const data = join(room.data, ...Array.from({ length: 5 }, () => 'a-name-of-forty-characters-and-not-more!'))
  await using _ = await startBareHub(data)
  expect((await run(data, 'keys', 'list')).out).toContain('signs')
  expect(existsSync(join(data, 'hub', 'control.sock'))).toBe(true)
})
