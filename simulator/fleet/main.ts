// The fleet as a program: `latchkey fleet`.
import { setMaxListeners } from 'node:events'
import { systemClock } from '#contract/clock.ts'
import { runProgram } from '#contract/program.ts'
import { formatSettings } from '#contract/settings.ts'
import { type Progress, runFleet } from './fleet.ts'
import { openGround } from './ground.ts'
import { formatReport, isGood, reportOf } from './report.ts'
import { FLEET_SETTINGS, readFleetConfig } from './settings.ts'

const HELP = `Usage: latchkey fleet [options]

Many light devices that pair, connect and publish, to see what a hub carries.

${formatSettings(FLEET_SETTINGS)}

With --hub somebody has to say yes to the devices: an account of that hub, in
the environment as LATCHKEY_OWNER_NAME and LATCHKEY_OWNER_PASSWORD. That hub's
limits apply, and the devices are put out again at the end.
Exit codes: 0 done, 1 failed or a device was not let in, not held or not heard,
2 wrong usage.`

/** A log is told less often than a person who watches. */
const EVERY_OF_A_LOG = 5

async function main(stop: AbortSignal): Promise<number> {
  const config = readFleetConfig(process.argv.slice(2), process.env)
  if (config === 'help') {
    console.log(HELP)
    return 0
  }
  const screen = createScreen(config.json)
  await using ground = await openGround(config.hub, systemClock)
  screen.fact({ event: 'hub', url: ground.issuer.href, own: ground.isOurs }, `The hub  ${ground.issuer.href}`)
  const end = AbortSignal.any([stop, ground.gone])
  setMaxListeners(0, end)
  const measured = await runFleet({
    ...{ ...config, ground, clock: systemClock, random: Math.random, stop: end },
    onProgress: screen.progress,
  })
  const report = reportOf(measured)
  screen.clear()
  screen.fact(report, formatReport(report))
  if (ground.gone.aborted) throw new Error('Cannot measure the hub to the end as it must run: got its end')
  return isGood(report) ? 0 : 1
}

function createScreen(json: boolean) {
  const terminal = !json && process.stdout.isTTY
  let told = 0
  return {
    fact: (fact: object, text: string) => console.log(json ? JSON.stringify(fact) : text),
    progress(progress: Progress) {
      if (terminal) process.stdout.write(`\r${formatProgress(progress)}\x1b[K`)
      else if (++told % EVERY_OF_A_LOG === 0) {
        console.log(json ? JSON.stringify({ event: 'progress', ...progress }) : formatProgress(progress))
      }
    },
    clear() {
      if (terminal) process.stdout.write('\r\x1b[K')
    },
  }
}

function formatProgress(progress: Progress): string {
  const { phase, asked, paired, held, lost, troubles, publishedPerSecond, deliveredPerSecond } = progress
  const bad = lost + troubles === 0 ? '' : `, ${lost} lost, ${troubles} troubles`
  const isTalking = publishedPerSecond + deliveredPerSecond > 0
  const traffic = isTalking ? `, ${publishedPerSecond} messages/s published, ${deliveredPerSecond} delivered` : ''
  return `${phase}: ${paired} of ${asked} paired, ${held} held${traffic}${bad}`
}

await runProgram(main)
