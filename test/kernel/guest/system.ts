// What the first program of a machine asks of its kernel.
import { closeSync, openSync } from 'node:fs'
import type { KoffiFunc } from 'koffi'
import { ioctl, lastError, libc } from '../../../device/board/linux/ioctl.ts'

export function loadModule(file: string, parameters: string): void {
  const FINIT_MODULE = process.arch === 'x64' ? 313 : 273
  const syscall: KoffiFunc<(number: number, fd: number, parameters: string, flags: number) => number> = libc.func(
    'long syscall(long number, int fd, const char *parameters, int flags)',
  )
  const fd = openSync(file, 'r')
  if (syscall(FINIT_MODULE, fd, parameters, 0) < 0) throw lastError(`finit_module ${file}`)
  closeSync(fd)
}

/** `type` is a file system that needs no device, such as proc. */
export function mount(type: string, folder: string): void {
  const mount: KoffiFunc<(source: string, target: string, type: string, flags: number, data: null) => number> =
    libc.func('int mount(const char *source, const char *target, const char *type, unsigned long flags, void *data)')
  if (mount(type, folder, type, 0, null) < 0) throw lastError(`mount ${folder}`)
}

/** `ip link set lo up`, on a machine that need not have it. */
export function raiseLoopback(): void {
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

export function powerOff(): void {
  const reboot: KoffiFunc<(command: number) => number> = libc.func('int reboot(int command)')
  const RB_POWER_OFF = 0x4321fedc
  reboot(RB_POWER_OFF)
}
