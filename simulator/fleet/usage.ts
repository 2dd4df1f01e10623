// What a process uses of the machine, as Linux counts it.
import { readFileSync } from 'node:fs'

export interface Usage {
  readonly residentMiB: number
  /** The most it ever was. */
  readonly peakMiB: number
  readonly cpuSeconds: number
}

/** `USER_HZ`: what proc(5) counts in, 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100

/** Undefined where there is no `/proc`, or no such process any more. */
export function usageOf(pid: number): Usage | undefined {
  try {
    return readUsage(readFileSync(`/proc/${pid}/status`, 'utf8'), readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH'))
      return undefined
    throw error
  }
}

/** Reads `/proc/<pid>/status` and `/proc/<pid>/stat` (proc(5)); undefined for a process that has ended and not been waited for. */
export function readUsage(status: string, stat: string): Usage | undefined {
  const mebibytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024
  // The second field is the program's name in parentheses and may hold anything, also spaces; `utime` and `stime` are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  const usage = { residentMiB: mebibytes('VmRSS'), peakMiB: mebibytes('VmHWM'), cpuSeconds }
  return Object.values(usage).every(Number.isFinite) ? usage : undefined
}
