// `kill -9` at whatever moment: the device is always back, nobody lets it in again, and no relay is closed by anybody but its control.
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bootKernel, kernelFolder } from './kernel.ts'
import { guestProgram, shippedAgent } from './programs.ts'

const onKernel = test.skipIf(kernelFolder === undefined)

/** More of them find less likely moments: `LATCHKEY_KILLS=200 npm run test:kernel`. */
const KILLS = Number(process.env.LATCHKEY_KILLS ?? 25)
const LATCHKEY = fileURLToPath(new URL('../../simulator/latchkey.mjs', import.meta.url))

onKernel(
  `${KILLS} kills at random moments: always back, let in once, the relay never closed without a decision`,
  { timeout: 60_000 + KILLS * 20_000 },
  async () => {
    await using machine = bootKernel({ args: [guestProgram('killed'), shippedAgent, LATCHKEY, String(KILLS)] })
    if (process.env.LATCHKEY_KILLS !== undefined) machine.listen((line) => console.log(line))
    expect(await machine.ended, machine.lines.slice(-5).join('\n')).toBe(0)
    const { seen, killedOnline, saved, ...rest } = JSON.parse(
      machine.lines.findLast((line) => line.startsWith('{')) ?? '',
    )
    expect(rest).toEqual({ codes: 1, devices: 1, grants: 1, problems: [] })
    expect(seen).toMatchObject({ tooSoon: 0, ownerless: 0 })
    // Otherwise nothing was tried.
    expect(seen.high).toBeGreaterThan(0)
    expect(killedOnline).toBeGreaterThanOrEqual(Math.floor(KILLS / 3))
  },
)
