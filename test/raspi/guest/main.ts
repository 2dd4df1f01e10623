// The first program of the emulated Raspberry Pi: brings it from its kernel to guest/world.ts, which does what the test asks.
import { mkdirSync } from 'node:fs'
import { loadModule, mount, raiseLoopback } from '../../kernel/guest/system.ts'

for (const [type, folder] of [
  ['proc', '/proc'],
  ['sysfs', '/sys'],
  ['devtmpfs', '/dev'],
  ['tmpfs', '/run'],
] as const) {
  mkdirSync(folder, { recursive: true })
  mount(type, folder)
}
// The chip's own thermometer: 25 °C, always.
loadModule('/modules/bcm2835_thermal.ko', '')
raiseLoopback()
process.env = { ...process.env, HOME: '/run', TMPDIR: '/run' }
// No echo and no line editing: what is typed is for the program.
process.stdin.setRawMode(true)
await import('../../kernel/guest/world.ts')
