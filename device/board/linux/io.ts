// A johnny-five IO plugin for Linux: its pins are the kernel's GPIO lines, its I2C the kernel's bus, its PWM the kernel's.
// The contract is https://github.com/rwaldron/io-plugins; numbers of pins are the GPIO's, so 17 is GPIO17.
import { EventEmitter } from 'node:events'
import { CALLED_OFF, type Clock } from '#contract/clock.ts'
import { type Millis, millis } from '#contract/time.ts'
import { BoardError } from '../error.ts'
import { createTroubles, i2cPart, type Trouble, type Troubles } from '../trouble.ts'
import { findChip } from './gpio.ts'
import type { Level } from './gpio-abi.ts'
import { type I2cBus, openI2c } from './i2c.ts'
import { type Lines, openLines, type PinWiring } from './lines.ts'
import { openPulses, type Pulses } from './pulses.ts'
import { findPwm } from './pwm.ts'

export interface LinuxIoOptions {
  readonly clock: Clock
  /** Hears once of each thing that stops working, and once that it works again. */
  readonly tell: (trouble: Trouble) => void
  /** Pins that are more than a plain input or output. */
  readonly pins?: ReadonlyMap<number, PinWiring>
  /** What others are told who want a pin of ours. */
  readonly consumer?: string
  /** The label of the chip, where it is no Raspberry Pi's header. */
  readonly chip?: string
  /** Default 1, the header's. */
  readonly i2cBus?: number
  /** How often `i2cRead` reads; by address where one differs. Default 100 ms. */
  readonly sampling?: ReadonlyMap<number, Millis>
  /**
   * Pins whose LEDs may be dimmed, since the overlay gave them the PWM, such as 18 for `pwm,pin=18`: which those are the kernel does not
   * tell. A servo needs no such permission.
   */
  readonly pwmPins?: ReadonlySet<number>
  readonly devRoot?: string
  readonly sysRoot?: string
}

const MODES = Object.freeze({ INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 })
const DIGITAL: readonly number[] = [MODES.INPUT, MODES.OUTPUT]

interface PinDescription {
  readonly supportedModes: readonly number[]
  mode: number | undefined
  value: number
  report: 0 | 1
  /** 127 is Firmata's "none". */
  readonly analogChannel: 127
}

/** The header has GPIO0 to GPIO27; its chip has more lines, which belong to the board itself. */
const HEADER_PINS = 28

const PWM_RESOLUTION = 255

const NEEDS_MICROSECONDS = 'this board must keep time to the microsecond: got Linux'
const UNSUPPORTED: Readonly<Record<string, string>> = {
  analogRead: 'this board must have an analog input: got none (an ADS1115 on I2C is one)',
  pingRead: NEEDS_MICROSECONDS,
  pulseIn: NEEDS_MICROSECONDS,
  ...Object.fromEntries(
    ['Config', 'Search', 'AlarmsSearch', 'Read', 'Reset', 'Write', 'Delay', 'WriteAndRead'].map((name) => [
      `sendOneWire${name}`,
      `${NEEDS_MICROSECONDS} (its kernel does: dtoverlay=w1-gpio and one-wire.ts)`,
    ]),
  ),
}

/** Throws a `BoardError` where there is no GPIO chip or this user may not open it. Whoever creates it disposes, after the components. */
export const createLinuxIo = (options: LinuxIoOptions): LinuxIo => new LinuxIo(options)

type Hear = (bytes: number[]) => void

export class LinuxIo extends EventEmitter implements Disposable {
  readonly name = 'Linux'
  readonly MODES = MODES
  readonly HIGH = 1
  readonly LOW = 0
  readonly RESOLUTION = Object.freeze({ ADC: null, DAC: null, PWM: PWM_RESOLUTION })
  readonly analogPins: readonly number[] = []
  readonly pins: PinDescription[]
  isReady = false

  readonly #clock: Clock
  readonly #troubles: Troubles
  readonly #lines: Lines
  readonly #pulses: Pulses
  readonly #i2c: I2cBus
  readonly #i2cBus: number
  readonly #sampling: ReadonlyMap<number, Millis>
  #samplingInterval = millis(100)
  readonly #closed = new AbortController()

  constructor(options: LinuxIoOptions) {
    super()
    const {
      clock,
      tell,
      pins: wiring = new Map(),
      consumer = 'latchkey',
      i2cBus: bus = 1,
      pwmPins = new Set(),
      devRoot = '/dev',
      sysRoot = '/sys',
    } = options
    const chip = findChip({ devRoot, ...(options.chip !== undefined && { label: options.chip }) })
    this.#clock = clock
    this.#troubles = createTroubles(tell)
    this.#lines = openLines({ chip, consumer, wiring, clock, troubles: this.#troubles })
    const pwmChip = findPwm(sysRoot)
    this.#pulses = openPulses({ chip: pwmChip, clock, troubles: this.#troubles })
    this.#i2c = openI2c({ bus, clock, devRoot, sysRoot })
    this.#i2cBus = bus
    this.#sampling = options.sampling ?? new Map()
    this.pins = Array.from({ length: options.chip === undefined ? HEADER_PINS : chip.lines }, (_, pin) => ({
      supportedModes: [
        ...DIGITAL,
        ...(pwmPins.has(pin) ? [MODES.PWM] : []),
        ...(pwmChip?.channels.has(pin) ? [MODES.SERVO] : []),
      ],
      mode: undefined,
      value: 0,
      report: 0,
      analogChannel: 127,
    }))
    Object.assign(
      this,
      Object.fromEntries(Object.entries(UNSUPPORTED).map(([name, why]) => [name, () => this.#refuse(name, why)])),
    )
    // The contract: `connect` and `ready` come later than the constructor, and `isReady` turns with `ready`.
    setImmediate(() => {
      if (this.#closed.signal.aborted) return
      this.emit('connect')
      this.isReady = true
      this.emit('ready')
    })
  }

  /** `17`, `'17'` and `'GPIO17'` are the same pin. */
  normalize(pin: number | string): number {
    const number = Number(/^(?:GPIO)?(\d+)$/.exec(String(pin))?.[1] ?? Number.NaN)
    this.#describe(number)
    return number
  }

  pinMode(pin: number, mode: number): this {
    const description = this.#describe(pin)
    if (!description.supportedModes.includes(mode)) {
      const name = Object.entries(MODES).find(([, value]) => value === mode)?.[0] ?? mode
      this.#refuse('pinMode', `GPIO${pin} must be able to be ${name}: got a pin that cannot`)
    }
    description.mode = mode
    if (mode === MODES.INPUT || mode === MODES.OUTPUT) this.#lines.use(pin, mode === MODES.INPUT ? 'input' : 'output')
    return this
  }

  /** On an input it is the pull resistor, as on an Arduino: HIGH pulls up. */
  digitalWrite(pin: number, value: number): this {
    const description = this.#describe(pin)
    if (description.mode === MODES.INPUT) {
      this.#lines.setBias(pin, value ? 'up' : 'down')
      return this
    }
    description.mode = MODES.OUTPUT
    this.#lines.write(pin, value ? 1 : 0)
    description.value = value ? 1 : 0
    return this
  }

  digitalRead(pin: number, hear: (level: Level) => void): this {
    const description = this.#describe(pin)
    description.mode = MODES.INPUT
    description.report = 1
    this.#lines.hear(pin, (level) => {
      if (this.#closed.signal.aborted) return
      description.value = level
      hear(level)
      this.emit(`digital-read-${pin}`, level)
    })
    return this
  }

  /** What an output or input really is; undefined while the pin is not ours. Not of the contract. */
  levelOf(pin: number): Level | undefined {
    return this.#lines.level(pin)
  }

  /** `value` from 0 to 255. */
  pwmWrite(pin: number, value: number): this {
    this.#describe(pin).value = value
    this.#pulses.dim(pin, value / PWM_RESOLUTION)
    return this
  }

  analogWrite(pin: number, value: number): this {
    return this.pwmWrite(pin, value)
  }

  servoConfig(pin: number, shortestMicros: number, longestMicros: number): this {
    this.#pulses.setServoRange(pin, shortestMicros, longestMicros)
    return this.pinMode(pin, MODES.SERVO)
  }

  servoWrite(pin: number, value: number): this {
    this.#describe(pin).value = value
    this.#pulses.moveServo(pin, value)
    return this
  }

  i2cConfig(): this {
    return this
  }

  /** A write that fails is told and not thrown: johnny-five writes from timers of its own. */
  i2cWrite(address: number, ...bytes: readonly (number | readonly number[])[]): this {
    try {
      this.#i2c.write(address, bytes.flat())
      this.#troubles.worked(this.#partAt(address))
    } catch (error) {
      this.#i2cFailed(address, error)
    }
    return this
  }

  i2cWriteReg(address: number, register: number, byte: number): this {
    return this.i2cWrite(address, register, byte)
  }

  /** `(address, register, count, hear)` or `(address, count, hear)`. */
  i2cReadOnce(address: number, ...rest: I2cRead): this {
    this.#readI2c(address, rest).catch((error: unknown) => this.emit('error', error))
    return this
  }

  /** The same again and again. `hear` is not called for a read that failed: whoever needs fresh values looks at the clock. */
  i2cRead(address: number, ...rest: I2cRead): this {
    const { signal } = this.#closed
    const readOn = async () => {
      while (!signal.aborted) {
        await this.#readI2c(address, rest)
        await this.#clock.sleep(this.#sampling.get(address) ?? this.#samplingInterval, signal)
      }
    }
    readOn().catch((error: unknown) => {
      if (!signal.aborted) this.emit('error', error)
    })
    return this
  }

  setSamplingInterval(length: number): this {
    this.#samplingInterval = millis(length)
    return this
  }

  /** Every output goes to its safe level, and every line back to the kernel. */
  [Symbol.dispose](): void {
    this.#closed.abort(CALLED_OFF)
    this.#pulses[Symbol.dispose]()
    this.#lines[Symbol.dispose]()
    this.#i2c[Symbol.dispose]()
  }

  async #readI2c(address: number, rest: I2cRead): Promise<void> {
    const [register, length, hear] = rest.length === 2 ? [undefined, ...rest] : rest
    try {
      const bytes = await this.#i2c.read(address, register ?? undefined, length)
      if (this.#closed.signal.aborted) return
      this.#troubles.worked(this.#partAt(address))
      hear([...bytes])
      this.emit(`I2C-reply-${address}-${register ?? 0}`, [...bytes])
    } catch (error) {
      this.#i2cFailed(address, error)
    }
  }

  #i2cFailed(address: number, error: unknown): void {
    if (!(error instanceof BoardError)) throw error
    if (!this.#closed.signal.aborted) this.#troubles.failed(this.#partAt(address), error)
  }

  #partAt(address: number): string {
    return i2cPart({ i2cBus: this.#i2cBus }, address)
  }

  #describe(pin: number): PinDescription {
    const description = this.pins[pin]
    if (description !== undefined) return description
    throw new RangeError(`Cannot use pin ${pin} as it must be GPIO0 to GPIO${this.pins.length - 1}: got none of them`)
  }

  #refuse(call: string, why: string): never {
    throw new BoardError('unsupported', `Cannot do ${call} as ${why}`)
  }
}

type I2cRead =
  | readonly [register: number | null | undefined, length: number, hear: Hear]
  | readonly [length: number, hear: Hear]
