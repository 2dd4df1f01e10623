import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { millis } from '#contract/time.ts'
import { bootKernel, createDisk, kernelFolder } from './kernel.ts'
import { guestProgram } from './programs.ts'

const onKernel = test.skipIf(kernelFolder === undefined)

/** More of them find less likely moments: `LATCHKEY_POWER_CUTS=100 npm run test:kernel`. */
const CUTS = Number(process.env.LATCHKEY_POWER_CUTS ?? 15)
/** The longest a machine lives after its first save: tens of saves, and now and then none at all. */
const LONGEST = 400

onKernel(
  `the grant survives ${CUTS} power cuts at random moments, and is never older than the last save`,
  { timeout: CUTS * 20_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-cuts-'))
    try {
      const image = createDisk(join(folder, 'disk.img'))
      const lost: string[] = []
      let saved = 0
      for (let cut = 0; cut <= CUTS; cut += 1) {
        await using machine = bootKernel({ args: [guestProgram('credential-writer'), '/mnt/device'], image })
        const state = (await machine.line(/^STATE /)).slice('STATE '.length)
        if (!(Number(state) >= saved)) lost.push(`cut ${cut}: saved ${saved}, found ${state}`)
        await machine.line(/^ACK /)
        await systemClock.sleep(millis(Math.random() * LONGEST))
        await machine.kill()
        saved = Math.max(...machine.lines.flatMap((line) => (line.startsWith('ACK ') ? [Number(line.slice(4))] : [])))
      }
      expect(lost).toEqual([])
      expect(saved).toBeGreaterThan(CUTS)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
