// In the machine, a program that counts on the disk for ever: says what it found, then each number once it is safe.

import { systemClock } from '#contract/clock.ts'
import { readWhole, writeWhole } from '#contract/files.ts'
import { millis } from '#contract/time.ts'

const FILE = '/mnt/count'
const say = (line: string) => process.stdout.write(`${line}\n`)

let count = Number((await readWhole(FILE)) ?? 0)
say(`found ${count}`)
for (;;) {
  count += 1
  await writeWhole(FILE, String(count))
  say(`saved ${count}`)
  await systemClock.sleep(millis(1))
}
