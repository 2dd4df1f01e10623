// What Linux counts of a process, whoever it is.
import { readFileSync } from 'node:fs'

const read = (pid: number, file: string): string => readFileSync(`/proc/${pid}/${file}`, 'utf8')

/** Resident memory in MiB. */
export function residentMiB(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(read(pid, 'status')) ?? []
  return Number(kilobytes) / 1024
}

/** Memory that is its own and nobody can take back, in MiB: what one process more really costs. */
export function privateMiB(pid: number): number {
  const [, kilobytes = '0'] = /^Private_Dirty:\s+(\d+) kB/m.exec(read(pid, 'smaps_rollup')) ?? []
  return Number(kilobytes) / 1024
}

/** Bytes that it sent to a disk since it began; sockets and pipes are none. */
export function writtenBytes(pid: number): number {
  const [, bytes = '0'] = /^write_bytes: (\d+)/m.exec(read(pid, 'io')) ?? []
  return Number(bytes)
}

/** Clock ticks of proc(5), as every Linux on our machines has them. */
const TICKS_PER_SECOND = 100

/** Processor time since it began. */
export function cpuMillis(pid: number): number {
  // Behind the name, which may hold anything: fields 14 and 15, utime and stime.
  const fields = read(pid, 'stat').split(') ').at(-1)?.split(' ') ?? []
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
}
