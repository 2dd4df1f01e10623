// What systemd wants to hear from a unit of Type=notify (sd_notify(3)): one datagram a sentence. Node has no unix datagrams.
import type { KoffiFunc } from 'koffi'
import { lastError, libc } from './ioctl.ts'

export interface Supervisor extends Disposable {
  /** READY=1: the control runs. */
  ready(status: string): void
  /** STATUS=, what `systemctl status` shows. */
  status(text: string): void
  /** WATCHDOG=1: still alive. To be called by the control's own loop and never by a timer, or it proves nothing. */
  alive(): void
  /** STOPPING=1 */
  stopping(): void
}

const socket: KoffiFunc<(domain: number, type: number, protocol: number) => number> = libc.func(
  'int socket(int domain, int type, int protocol)',
)
const sendto: KoffiFunc<
  (fd: number, data: Buffer, length: number, flags: number, address: Buffer, addressLength: number) => number
> = libc.func('long sendto(int fd, void *data, size_t length, int flags, void *address, uint32_t addressLength)')
const close: KoffiFunc<(fd: number) => number> = libc.func('int close(int fd)')

const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
/** A supervisor that is gone must not kill us with SIGPIPE, nor one that is slow hold us up. */
const MSG_NOSIGNAL_DONTWAIT = 0x4040

/** `path` is NOTIFY_SOCKET of the environment. `failed` hears what got lost. */
export function createSupervisor(path: string, failed: (error: Error) => void): Supervisor {
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)
  const address = encodeAddress(path)
  const send = (text: string) => {
    const data = Buffer.from(text)
    if (sendto(fd, data, data.length, MSG_NOSIGNAL_DONTWAIT, address, address.length) < 0)
      failed(lastError('sendto systemd'))
  }
  return {
    ready: (status) => send(`READY=1\n${encodeStatus(status)}`),
    status: (text) => send(encodeStatus(text)),
    alive: () => send('WATCHDOG=1'),
    stopping: () => send('STOPPING=1'),
    [Symbol.dispose]() {
      if (fd >= 0) close(fd)
    },
  }
}

/** A line end would begin another assignment. */
const encodeStatus = (text: string): string => `STATUS=${text.replaceAll('\n', ' ')}`

/** struct sockaddr_un; a leading `@` stands for the zero byte of an abstract name. */
export function encodeAddress(path: string): Buffer {
  const family = Buffer.alloc(2)
  family.writeUInt16LE(AF_UNIX)
  return path.startsWith('@')
    ? Buffer.concat([family, Buffer.from(`\0${path.slice(1)}`)])
    : Buffer.concat([family, Buffer.from(`${path}\0`)])
}
