// A systemd that only listens, at a real datagram socket: Node has none.
import type { KoffiFunc } from 'koffi'
import { libc } from '../device/board/linux/ioctl.ts'
import { encodeAddress } from '../device/board/linux/notify.ts'

const socket: KoffiFunc<(domain: number, type: number, protocol: number) => number> = libc.func(
  'int socket(int domain, int type, int protocol)',
)
const bind: KoffiFunc<(fd: number, address: Buffer, length: number) => number> = libc.func(
  'int bind(int fd, void *address, uint32_t length)',
)
const recv: KoffiFunc<(fd: number, buffer: Buffer, length: number, flags: number) => number> = libc.func(
  'long recv(int fd, void *buffer, size_t length, int flags)',
)
const close: KoffiFunc<(fd: number) => number> = libc.func('int close(int fd)')

export interface Systemd extends Disposable {
  /** Every sentence since the last time. The kernel keeps ten at the most (net.unix.max_dgram_qlen). */
  heard(): readonly string[]
}

export function listenAsSystemd(path: string): Systemd {
  const [AF_UNIX, SOCK_DGRAM, MSG_DONTWAIT] = [1, 2, 0x40] as const
  const fd = socket(AF_UNIX, SOCK_DGRAM, 0)
  const address = encodeAddress(path)
  if (bind(fd, address, address.length) !== 0) throw new Error(`Cannot listen at ${path}`)
  return {
    heard() {
      const sentences: string[] = []
      const data = Buffer.alloc(4096)
      for (;;) {
        const length = recv(fd, data, data.length, MSG_DONTWAIT)
        if (length < 0) return sentences
        sentences.push(data.toString('utf8', 0, length))
      }
    },
    [Symbol.dispose]: () => void close(fd),
  }
}
