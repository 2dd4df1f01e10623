import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'
import { bootKernel, createDisk, kernelFolder } from './kernel.ts'
import { guestProgram } from './programs.ts'

const onKernel = test.skipIf(kernelFolder === undefined)

onKernel('an hour passes in seconds, in 1970, and a relay is switched in it', async () => {
  const startedAt = performance.now()
  await using machine = bootKernel({ args: [guestProgram('hour')], timeTravel: true })
  expect(await machine.ended).toBe(0)
  const hour = JSON.parse(machine.lines.find((line) => line.startsWith('{')) ?? '{}')
  expect(hour).toMatchObject({ switched: 60, ranMinutes: 60 })
  expect(hour.began).toMatch(/^1970-01-01T00:00/)
  expect(performance.now() - startedAt).toBeLessThan(60_000)
})

onKernel('what was saved is there after the power was cut, at whatever moment', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-disk-'))
  try {
    const image = createDisk(join(folder, 'disk.img'))
    let saved = 0
    for (const after of [0, 40, 90, 170]) {
      await using machine = bootKernel({ args: [guestProgram('counter')], image })
      const found = Number((await machine.line(/^found /)).slice('found '.length))
      expect(found).toBeGreaterThanOrEqual(saved)
      await machine.line(/^saved /)
      await systemClock.sleep(millis(after))
      await machine.kill()
      saved = Math.max(
        ...machine.lines.filter((line) => line.startsWith('saved ')).map((line) => Number(line.slice(6))),
      )
    }
    expect(saved).toBeGreaterThan(4)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

onKernel('a program that fails ends the machine with its exit code', async () => {
  await using machine = bootKernel({ args: [guestProgram('no-such-program')] })
  expect(await machine.ended).toBe(1)
})
