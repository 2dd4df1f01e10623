// System calls that Node lacks, through koffi: the C library of this very process, no compiler and no native package of our own.
import koffi, { type KoffiFunc } from 'koffi'

/** A system call that failed; `code` is the name errno has in C, as Node's own errors carry it. */
export class SystemCallError extends Error {
  override readonly name = 'SystemCallError'
  readonly code: string

  constructor(call: string, code: string) {
    super(`${call}: ${code}`)
    this.code = code
  }
}

/** The C library of this process. */
export const libc = koffi.load(null)

type Ioctl<Argument> = KoffiFunc<(fd: number, request: number, argument: Argument) => number>
const ioctlWithBuffer: Ioctl<Buffer> = libc.func('int ioctl(int fd, unsigned long request, void *argument)')
const ioctlWithNumber: Ioctl<number> = libc.func('ioctl', 'int', ['int', 'unsigned long', 'unsigned long'])

/** The kernel reads `argument` and, for calls that answer, writes into it. `call` names it in the error. */
export function ioctl(fd: number, request: number, argument: Buffer | number, call: string): void {
  const result =
    typeof argument === 'number' ? ioctlWithNumber(fd, request, argument) : ioctlWithBuffer(fd, request, argument)
  if (result < 0) throw lastError(call)
}

/** The same off the event loop, on one thread of libuv's pool; resolves with `argument`, which nobody may touch until then. */
export function ioctlAsync(fd: number, request: number, argument: Buffer, call: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    ioctlWithBuffer.async(fd, request, argument, (error: unknown, result: number) => {
      if (error !== null) reject(error)
      // koffi carries the thread's errno over to this callback.
      else if (result < 0) reject(lastError(call))
      // Held by this closure, so it stays in memory while the kernel writes into it.
      else resolve(argument)
    })
  })
}

/** Where `buffer` lies in memory, for structures that point at others. The buffer must outlive the call. */
export const addressOf = (buffer: Buffer): bigint => koffi.address(buffer)

export interface Readiness {
  close(): void
}

/** Calls `then` from the event loop whenever `fd` has something to read: epoll, so neither a thread nor a timer waits for it. */
export function whenReadable(fd: number, then: () => void): Readiness {
  return koffi.node.poll(fd, { readable: true }, then)
}

/** What went wrong in the last call of this thread. */
export const lastError = (call: string): SystemCallError => new SystemCallError(call, errnoName(koffi.errno()))

/** The errno name of a failed system call, whether Node made the call or we did. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

const names = new Map(Object.entries(koffi.os.errno).map(([name, value]) => [value, name]))
const errnoName = (errno: number): string => names.get(errno) ?? `errno ${errno}`
