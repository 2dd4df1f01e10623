// A card that has gone read-only, as cards do when they die, on a real file system that is.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { signIn, until } from '../home.ts'
import { becomeOwner } from '../person.ts'
import { freePort, startProgram } from '../processes.ts'
import { watch } from '../watcher.ts'

/** A file system that can be made read-only; undefined where this user may not make one. */
function mountCard(): (Disposable & { readonly path: string; readOnly(on: boolean): void }) | undefined {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-card-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'none', path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return {
    path,
    readOnly: (on) => execFileSync('mount', ['-o', `remount,${on ? 'ro' : 'rw'}`, path]),
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true })
    },
  }
}

test('a paired thermostat obeys and says that it could not keep it, starts again from the card, and keeps again once it can', async ({
  skip,
}) => {
  using card = mountCard()
  if (card === undefined) return skip('this user may not mount a file system')
  const data = mkdtempSync(join(tmpdir(), 'latchkey-'))
  try {
    const [http, mqtt] = [await freePort(), await freePort()]
    await using hub = startProgram([
      'hub',
      '--data',
      data,
      '--http',
      `127.0.0.1:${http}`,
      '--mqtt',
      `127.0.0.1:${mqtt}`,
    ])
    const ready = await hub.fact(({ event }) => event === 'ready', 'the hub')
    const url = new URL(String(ready.url))
    const owner = await becomeOwner(url, new URL(String(ready.ownerLink)).hash.slice(1))
    const start = () =>
      startProgram(['device', 'thermostat', '--board', 'simulated', '--hub', url.origin, '--data', card.path])

    await using first = start()
    const asking = await first.fact(({ phase }) => phase === 'pairing', 'a code')
    const { userCode } = asking.authorization as { userCode: string }
    await owner.post('/pair', { user_code: userCode, answer: 'approved' })
    const { device } = await first.fact(({ phase }) => phase === 'online', 'it to be in')
    const topic = `homie/5/${device}/climate/target`
    await using eyes = await watch({ port: mqtt, token: await signIn(url, owner) })
    await eyes.has(topic, '20')

    card.readOnly(true)
    await eyes.send(`${topic}/set`, '24')
    await eyes.has(topic, '24')
    await eyes.has(`homie/5/${device}/ack/last`, /not_saved/)
    // Said once, however often it is tried.
    await eyes.send(`${topic}/set`, '24.5')
    await eyes.has(topic, '24.5')
    expect(await first.end('SIGTERM')).toBe(0)

    await using second = start()
    await second.fact(({ phase }) => phase === 'online', 'it to be back, with what the card has')
    await eyes.has(topic, '20')
    card.readOnly(false)
    await eyes.send(`${topic}/set`, '19')
    await eyes.has(topic, '19')
    expect(await second.end('SIGTERM')).toBe(0)
    await using third = start()
    await third.fact(({ phase }) => phase === 'online', 'it to be back')
    await until(() => eyes.state.get(topic) === '19', 'what was kept')
  } finally {
    rmSync(data, { recursive: true })
  }
})
