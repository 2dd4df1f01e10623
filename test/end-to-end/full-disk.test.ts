// A disk that is full, on a real file system that is.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { until } from '../home.ts'
import { createBareDevice, registerRaw } from '../hub/authorization/device-client.ts'
import { freePort, startProgram } from '../processes.ts'

/** A file system of that many KiB; undefined where this user may not make one. */
function mountSmall(kibibytes: number): (Disposable & { readonly path: string }) | undefined {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-small-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'none', path], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return {
    path,
    [Symbol.dispose]() {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true })
    },
  }
}

test('a hub on a full disk says so and starts nothing; one whose disk fills up says no, and goes on when there is room', async ({
  skip,
}) => {
  using tiny = mountSmall(24)
  using small = mountSmall(2048)
  if (tiny === undefined || small === undefined) return skip('this user may not mount a file system')

  await using refused = startProgram(['hub', '--data', tiny.path, '--http', '127.0.0.1:0', '--mqtt', 'off'])
  const code = await new Promise((resolve) => refused.process.once('exit', resolve))
  expect({ code, text: refused.stderr().trim() }).toEqual({ code: 1, text: expect.stringMatching(/^Cannot .*room.*$/) })

  const port = await freePort()
  await using hub = startProgram(['hub', '--data', small.path, '--http', `127.0.0.1:${port}`, '--mqtt', 'off'])
  const url = new URL(String((await hub.fact(({ event }) => event === 'ready', 'the hub')).url))
  const before = await createBareDevice(url)
  const { bavail, bsize } = statfsSync(small.path)
  writeFileSync(join(small.path, 'filler'), Buffer.alloc(bavail * bsize))
  const answers: number[] = []
  const key = {
    kty: 'EC',
    crv: 'P-256',
    x: 'ySK38C1jBdLwDsNWKzzBHqKYEE5Cgv-qjWvorUXk9fw',
    y: '_LeQBw07cf5t57Iavn4j-BqJsAD1dpoz8gokd3sBsOo',
  }
  for (let n = 0; n < 40 && !answers.includes(500); n++) {
    answers.push((await registerRaw(url, { device_kind: 'toaster', jwks: { keys: [key] } })).status)
  }
  expect(answers.at(-1)).toBe(500)
  await until(() => hub.stderr().includes('disk is full'), 'the hub to say that its disk is full')
  rmSync(join(small.path, 'filler'))
  // What was there before is there still, and works.
  expect((await before.askForCode()).userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
  expect(await hub.end('SIGTERM')).toBe(0)
})
