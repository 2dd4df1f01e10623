// Brings the machine from its kernel to its program: the devices, the loopback, and power off when the program ends.
import { closeSync, openSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { KoffiFunc } from 'koffi'
import { ioctl, lastError, libc } from '../../../device/board/linux/ioctl.ts'

interface Guest {
  readonly args: readonly [program: string, ...rest: string[]]
  readonly env: Readonly<Record<string, string>>
  /** i2c-stub.ko */
  readonly module: string
}

const { GUEST = '', NODE: _node, MAIN: _main, ...env } = process.env
const { args, env: wanted, module } = JSON.parse(Buffer.from(GUEST, 'base64url').toString()) as Guest
const [program] = args

loadI2cStub(module)
raiseLoopback()
process.env = { ...env, ...wanted }
process.argv = [process.execPath, ...args]
process.once('exit', (code) => {
  process.stdout.write(`exit ${code}\n`)
  powerOff()
})
await import(pathToFileURL(program).href)

/** Devices of memory at the addresses of a TMP102, an LCD's PCF8574 and a BME280. */
function loadI2cStub(file: string): void {
  const FINIT_MODULE = process.arch === 'x64' ? 313 : 273
  const syscall: KoffiFunc<(number: number, fd: number, parameters: string, flags: number) => number> = libc.func(
    'long syscall(long number, int fd, const char *parameters, int flags)',
  )
  const fd = openSync(file, 'r')
  if (syscall(FINIT_MODULE, fd, 'chip_addr=0x48,0x27,0x76', 0) < 0) throw lastError('finit_module i2c-stub')
  closeSync(fd)
}

/** `ip link set lo up`, on a machine that need not have it. */
function raiseLoopback(): void {
  const socket: KoffiFunc<(domain: number, type: number, protocol: number) => number> = libc.func(
    'int socket(int domain, int type, int protocol)',
  )
  const [AF_INET, SOCK_DGRAM, SIOCSIFFLAGS, IFF_UP_RUNNING] = [2, 2, 0x8914, 0x41] as const
  const fd = socket(AF_INET, SOCK_DGRAM, 0)
  // struct ifreq: a name of 16 bytes, then the flags.
  const request = Buffer.alloc(40)
  request.write('lo')
  request.writeUInt16LE(IFF_UP_RUNNING, 16)
  ioctl(fd, SIOCSIFFLAGS, request, 'SIOCSIFFLAGS lo')
  closeSync(fd)
}

function powerOff(): void {
  const reboot: KoffiFunc<(command: number) => number> = libc.func('int reboot(int command)')
  const RB_POWER_OFF = 0x4321fedc
  reboot(RB_POWER_OFF)
}
