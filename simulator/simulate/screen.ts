// What a person sees while it runs: one line that is written over. A log gets nothing of it.
import type { WriteStream } from 'node:tty'
import { formatLocal } from '#contract/local-time.ts'
import type { Progress } from '../scenario/run.ts'

export interface Screen {
  progress(name: string, progress: Progress): void
  say(text: string): void
  /** Takes the line away. */
  clear(): void
}

const BAR = 20
/** CSI 2K, ECMA-48 §8.3.41: the whole line is erased. */
const ERASE = '\r\u001b[2K'

export function createScreen(stream: WriteStream | NodeJS.WriteStream): Screen {
  const isTerminal = stream.isTTY === true
  const columns = () => ('columns' in stream ? stream.columns : 80) || 80
  const write = (text: string) => {
    if (isTerminal) stream.write(`${ERASE}${text.slice(0, columns() - 1)}`)
  }
  return {
    progress: (name, { share, now, zone }) => write(formatProgress(name, share, formatLocal(zone, now))),
    say: write,
    clear: () => write(''),
  }
}

/** `████████            42 %  Tue 03:12  A night of frost`. */
export function formatProgress(name: string, share: number, localTime: string): string {
  const done = Math.min(1, Math.max(0, share))
  const full = Math.round(done * BAR)
  const percent = String(Math.floor(done * 100)).padStart(3)
  return `${'█'.repeat(full)}${'░'.repeat(BAR - full)} ${percent} %  ${localTime}  ${name}`
}
