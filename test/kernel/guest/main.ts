// Brings the machine from its kernel to its program: the devices, the loopback, and power off when the program ends.
import { pathToFileURL } from 'node:url'
import { loadModule, powerOff, raiseLoopback } from './system.ts'

interface Guest {
  readonly args: readonly [program: string, ...rest: string[]]
  readonly env: Readonly<Record<string, string>>
  /** i2c-stub.ko */
  readonly module: string
}

const { GUEST = '', NODE: _node, MAIN: _main, ...env } = process.env
const { args, env: wanted, module } = JSON.parse(Buffer.from(GUEST, 'base64url').toString()) as Guest
const [program] = args

// Devices of memory at the addresses of a TMP102, an LCD's PCF8574 and a BME280.
loadModule(module, 'chip_addr=0x48,0x27,0x76')
raiseLoopback()
process.env = { ...env, ...wanted }
process.argv = [process.execPath, ...args]
process.once('exit', (code) => {
  process.stdout.write(`exit ${code}\n`)
  powerOff()
})
await import(pathToFileURL(program).href)
