// An IO plugin after https://github.com/rwaldron/io-plugins whose pins and chips are a test's to turn.
import { EventEmitter } from 'node:events'
import type { IoPlugin, Level } from '../../../device/board/parts/site.ts'

/** A chip on I2C: hears what is written, and answers what is read. Throws to play dead. */
export interface FakeChip {
  write?(bytes: readonly number[]): void
  read?(register: number | undefined, length: number): readonly number[]
}

const MODES = Object.freeze({ INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 })

export class FakeIo extends EventEmitter implements IoPlugin {
  readonly name = 'Fake'
  readonly MODES = MODES
  readonly HIGH = 1
  readonly LOW = 0
  isReady = false
  readonly analogPins: readonly number[] = []
  readonly pins = Array.from({ length: 28 }, () => ({
    ...{ supportedModes: [0, 1, 4], value: 0, report: 0, analogChannel: 127 },
    mode: undefined as number | undefined,
  }))
  /** Every level and every pulse that was written, in order. */
  readonly written: { readonly pin: number; readonly value: number }[] = []
  /** Pins that another program holds: using one throws. */
  readonly held = new Set<number>()
  readonly chips = new Map<number, FakeChip>()
  /** What joins pins outside, such as a key of a keypad: asked after each write. */
  wires: () => void = () => {}
  readonly #outputs = new Map<number, number>()
  readonly #pulls = new Map<number, number>()
  readonly #listeners = new Map<number, ((level: Level) => void)[]>()

  constructor() {
    super()
    setImmediate(() => {
      this.emit('connect')
      this.isReady = true
      this.emit('ready')
    })
  }

  normalize = (pin: number): number => pin

  pinMode(pin: number, mode: number): this {
    this.#mustBeFree(pin)
    const description = this.pins[pin]
    if (description !== undefined) description.mode = mode
    return this
  }

  digitalWrite(pin: number, value: number): this {
    this.#mustBeFree(pin)
    if (this.pins[pin]?.mode === MODES.INPUT) this.#pulls.set(pin, value)
    else {
      this.#outputs.set(pin, value)
      this.written.push({ pin, value })
      this.wires()
    }
    return this
  }

  digitalRead(pin: number, hear: (level: Level) => void): this {
    this.#mustBeFree(pin)
    this.#listeners.set(pin, [...(this.#listeners.get(pin) ?? []), hear])
    queueMicrotask(() => this.turn(pin, (this.#pulls.get(pin) ?? 0) as Level))
    return this
  }

  servoWrite(pin: number, value: number): this {
    this.written.push({ pin, value })
    return this
  }

  i2cConfig = (): this => this

  i2cWrite(address: number, ...bytes: readonly (number | readonly number[])[]): this {
    this.#chipAt(address).write?.(bytes.flat())
    return this
  }

  i2cReadOnce(address: number, ...rest: readonly (number | ((bytes: number[]) => void))[]): this {
    const hear = rest.at(-1)
    const numbers = rest.filter((each) => typeof each === 'number')
    const [register, length] = numbers.length === 1 ? [undefined, numbers[0]] : numbers
    const bytes = this.#chipAt(address).read?.(register, length ?? 0) ?? []
    if (typeof hear === 'function') queueMicrotask(() => hear([...bytes]))
    return this
  }

  /** Somebody moves what is wired to an input. */
  turn(pin: number, level: Level): void {
    for (const hear of this.#listeners.get(pin) ?? []) hear(level)
    this.emit(`digital-read-${pin}`, level)
  }

  /** The level that was last written to an output. */
  levelOf = (pin: number): number | undefined => this.#outputs.get(pin)
  pullOf = (pin: number): number | undefined => this.#pulls.get(pin)

  #mustBeFree(pin: number): void {
    if (this.held.has(pin)) throw new Error(`Cannot take GPIO${pin} as it must be free: got held by "another"`)
  }

  #chipAt(address: number): FakeChip {
    const chip = this.chips.get(address)
    if (chip === undefined) throw new Error(`Cannot reach 0x${address.toString(16)} as it must acknowledge: got ENXIO`)
    return chip
  }
}
