// Where parts are mounted: a johnny-five board, and what a part needs beside it.
import type { EventEmitter } from 'node:events'
import type Board from 'johnny-five/lib/board.js'
import type { Clock } from '#contract/clock.ts'
import { seconds } from '#contract/time.ts'
import type { Notices } from './notices.ts'

export type Level = 0 | 1

/** The part of the IO plugin contract (https://github.com/rwaldron/io-plugins) that ours and Firmata share and our parts use. */
export interface IoPlugin extends EventEmitter {
  readonly MODES: { readonly INPUT: number; readonly OUTPUT: number }
  pinMode(pin: number, mode: number): unknown
  /** On an input it is the pull resistor. */
  digitalWrite(pin: number, value: number): unknown
  digitalRead(pin: number, hear: (level: Level) => void): unknown
  i2cConfig(): unknown
  i2cWrite(address: number, bytes: number[]): unknown
  i2cReadOnce(address: number, register: number, length: number, hear: (bytes: number[]) => void): unknown
  i2cReadOnce(address: number, length: number, hear: (bytes: number[]) => void): unknown
}

export interface Site {
  readonly board: Board
  readonly io: IoPlugin
  readonly clock: Clock
  readonly notices: Notices
  /** The number of the bus that `io` is on. */
  readonly i2cBus: number
  /** Where the kernel shows its sensors: `/sys` but in tests. */
  readonly sysRoot: string
}

/** How soon a part that does not work is tried again. */
export const RETRY_AFTER = seconds(10)
