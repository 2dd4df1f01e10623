// The power goes while a device is let in for the first time: hub, device and the person's word between them, on one ext4 disk. It is in
// afterwards, or shows a code again by itself; and what said that it was online is in.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { millis, seconds } from '#contract/time.ts'
import { bootKernel, createDisk, kernelFolder } from './kernel.ts'
import { guestProgram, shippedAgent } from './programs.ts'

const onKernel = test.skipIf(kernelFolder === undefined)

/** More of them find less likely moments: `LATCHKEY_PAIRING_CUTS=40 npm run test:kernel`. */
const CUTS = Number(process.env.LATCHKEY_PAIRING_CUTS ?? 4)
const LATCHKEY = fileURLToPath(new URL('../../simulator/latchkey.mjs', import.meta.url))
/** From its start to its code takes about four seconds, from a yes to being online the three after it. */
const LONGEST = { started: 5_000, approved: 3_500 } as const

interface After {
  readonly before: number
  readonly paired: boolean
}

onKernel(
  `${CUTS} power cuts in the middle of a first pairing: it is in afterwards, or asks again by itself`,
  { timeout: 60_000 + CUTS * 60_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-pairing-'))
    try {
      const image = createDisk(join(folder, 'disk.img'), 64)
      let wasOnline = false
      const faults: string[] = []
      for (let cut = 1; cut <= CUTS + 1; cut += 1) {
        const moment = cut % 3 === 1 ? 'started' : 'approved'
        await using machine = bootKernel({
          args: [guestProgram('pairings'), shippedAgent, LATCHKEY, String(cut)],
          image,
        })
        // The last machine is there to look.
        const mark = cut > CUTS ? '"before"' : `"moment":"${moment}"`
        await machine.line(new RegExp(`${mark}|"failed"`), seconds(90))
        if (cut <= CUTS) await systemClock.sleep(millis(Math.random() * LONGEST[moment]))
        await machine.kill()
        const failed = machine.lines.find((line) => line.includes('"failed"'))
        if (failed !== undefined) faults.push(failed)
        const after = machine.lines.find((line) => line.startsWith('{"before"'))
        if (process.env.LATCHKEY_PAIRING_CUTS !== undefined) console.log(moment, wasOnline, after)
        if (after !== undefined) {
          const { before, paired, ...rest } = JSON.parse(after) as After
          if (wasOnline && !paired) faults.push(`${before} was online and asked again`)
          // One device for each that was let in: nothing in the hub is left over from a pairing that was cut short.
          expect(rest).toEqual({ warnings: [], devices: before })
        }
        wasOnline = machine.lines.includes('{"moment":"online"}')
      }
      expect(faults).toEqual([])
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
