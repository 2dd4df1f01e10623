// Devices that wait to be let in, as a process of their own: each signs what it asks with, and that is not the server's work.
// storm.ts <url> <how many>; says when all wait, and at the end how often they asked.
import { createBareDevice } from '../hub/authorization/device-client.ts'

const [url = '', count = ''] = process.argv.slice(2)
const AT_ONCE = 20

async function begin() {
  const device = await createBareDevice(new URL(url))
  return { device, ...(await device.askForCode()) }
}

const waiting: Awaited<ReturnType<typeof begin>>[] = []
while (waiting.length < Number(count)) {
  waiting.push(...(await Promise.all(Array.from({ length: AT_ONCE }, begin))))
}

let polls = 0
let hasEnded = false
const begun = performance.now()
const polling = waiting.map(async ({ device, deviceCode, interval: promised }) => {
  let interval = promised
  const pause = (share: number) => new Promise((resolve) => setTimeout(resolve, interval * 1000 * share))
  await pause(Math.random())
  while (!hasEnded) {
    const { body } = await device.redeem(deviceCode)
    // RFC 8628 section 3.5.
    if (body.error === 'slow_down') interval += 5
    polls++
    await pause(1)
  }
})
process.send?.('all wait')
process.once('message', () => {
  hasEnded = true
  process.send?.({ polls, seconds: (performance.now() - begun) / 1000 }, () => process.exit(0))
})
await Promise.all(polling)
