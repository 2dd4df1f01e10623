import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KoffiFunc } from 'koffi'
import { expect, onTestFinished, test } from 'vitest'
import { libc } from '../../../../device/board/linux/ioctl.ts'
import { createSupervisor, encodeAddress } from '../../../../device/board/linux/notify.ts'

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

/** A systemd that only listens. */
function listen(path: string): () => string {
  const [AF_UNIX, SOCK_DGRAM, MSG_DONTWAIT] = [1, 2, 0x40] as const
  const fd = socket(AF_UNIX, SOCK_DGRAM, 0)
  onTestFinished(() => void close(fd))
  const address = encodeAddress(path)
  expect(bind(fd, address, address.length)).toBe(0)
  return () => {
    const data = Buffer.alloc(4096)
    const length = recv(fd, data, data.length, MSG_DONTWAIT)
    return length < 0 ? 'nothing' : data.toString('utf8', 0, length)
  }
}

function temporaryPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-notify-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'notify')
}

test.for([
  { what: 'a path', path: temporaryPath },
  { what: 'an abstract name', path: () => `@latchkey-test-${process.pid}` },
])('systemd at $what hears each sentence', ({ path }) => {
  const where = path()
  const heard = listen(where)
  const failures: Error[] = []
  using supervisor = createSupervisor(where, (error) => failures.push(error))
  supervisor.ready('paired\nEXTRA=1')
  expect(heard()).toBe('READY=1\nSTATUS=paired EXTRA=1')
  supervisor.alive()
  expect(heard()).toBe('WATCHDOG=1')
  supervisor.status('21.5 °C, heating')
  expect(heard()).toBe('STATUS=21.5 °C, heating')
  supervisor.stopping()
  expect(heard()).toBe('STOPPING=1')
  expect(failures).toEqual([])
})

test('nothing is sent where nobody asked', () => {
  using supervisor = createSupervisor(undefined, (error) => expect.unreachable(error.message))
  supervisor.ready('paired')
})

test('a supervisor that is gone is told, and nothing else happens', () => {
  const failures: Error[] = []
  using supervisor = createSupervisor('/nowhere/notify', (error) => failures.push(error))
  supervisor.alive()
  expect(failures).toMatchObject([{ code: 'ENOENT' }])
})
