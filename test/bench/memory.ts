import { readFileSync } from 'node:fs'

/** Resident memory of a process in MiB, as Linux counts it. */
export function residentMiB(pid: number): number {
  const [, kilobytes = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}
