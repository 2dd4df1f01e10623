/** Firmata without a transport of its own; it has no types. */
declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events'

  /** An IO plugin for an Arduino with StandardFirmata, once it has emitted `ready`. */
  class Firmata extends EventEmitter {
    constructor(transport: EventEmitter)
    readonly MODES: { readonly INPUT: number; readonly OUTPUT: number }
    pinMode(pin: number, mode: number): void
    digitalWrite(pin: number, value: number): void
    digitalRead(pin: number, hear: (level: 0 | 1) => void): void
    i2cConfig(): void
    i2cWrite(address: number, bytes: number[]): void
    i2cReadOnce(address: number, register: number, length: number, hear: (bytes: number[]) => void): void
    i2cReadOnce(address: number, length: number, hear: (bytes: number[]) => void): void
  }
  const bindTransport: { readonly Firmata: typeof Firmata }
  export default bindTransport
}
