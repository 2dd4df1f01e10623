// The kernel's structures for GPIO lines, version 2 of the character device: include/uapi/linux/gpio.h, Linux 5.10 and later.
// Their layout is the same on every machine that Node 24 runs on: little endian, 64 bit aligned.

export type Level = 0 | 1

/** `as_is` leaves what the device tree or another program set. */
export type Bias = 'as_is' | 'up' | 'down' | 'none'

interface Wiring {
  /** The line is active when it is low: a level of 1 then means 0 volt. Default false. */
  readonly activeLow?: boolean
}

/** An input always tells both edges. */
export interface InputSettings extends Wiring {
  readonly direction: 'input'
  readonly bias?: Bias
  /** A level that lasts shorter is never heard of. Default 0. */
  readonly debounceMicros?: number
}

export interface OutputSettings extends Wiring {
  readonly direction: 'output'
  /** Set in the same moment as the direction: the line never has another level in between. */
  readonly level: Level
  readonly drive?: 'push_pull' | 'open_drain' | 'open_source'
}

export type LineSettings = InputSettings | OutputSettings

/** `_IOR` and `_IOWR` of include/uapi/asm-generic/ioctl.h, with the GPIO magic 0xB4. */
const READ = 2
const READ_WRITE = 3
const request = (direction: number, number: number, bytes: number) =>
  ((direction << 30) | (bytes << 16) | (0xb4 << 8) | number) >>> 0

const CHIP_INFO_BYTES = 68
const LINE_INFO_BYTES = 256
const LINE_CONFIG_BYTES = 272
const LINE_REQUEST_BYTES = 592
const LINE_VALUES_BYTES = 16
export const EVENT_BYTES = 48

export const GET_CHIP_INFO = request(READ, 0x01, CHIP_INFO_BYTES)
export const GET_LINE_INFO = request(READ_WRITE, 0x05, LINE_INFO_BYTES)
export const GET_LINE = request(READ_WRITE, 0x07, LINE_REQUEST_BYTES)
export const SET_CONFIG = request(READ_WRITE, 0x0d, LINE_CONFIG_BYTES)
export const GET_VALUES = request(READ_WRITE, 0x0e, LINE_VALUES_BYTES)
export const SET_VALUES = request(READ_WRITE, 0x0f, LINE_VALUES_BYTES)

/** enum gpio_v2_line_flag */
const FLAG = {
  USED: 1n << 0n,
  ACTIVE_LOW: 1n << 1n,
  INPUT: 1n << 2n,
  OUTPUT: 1n << 3n,
  EDGE_RISING: 1n << 4n,
  EDGE_FALLING: 1n << 5n,
  OPEN_DRAIN: 1n << 6n,
  OPEN_SOURCE: 1n << 7n,
  BIAS_PULL_UP: 1n << 8n,
  BIAS_PULL_DOWN: 1n << 9n,
  BIAS_DISABLED: 1n << 10n,
} as const

const BIAS = { as_is: 0n, up: FLAG.BIAS_PULL_UP, down: FLAG.BIAS_PULL_DOWN, none: FLAG.BIAS_DISABLED } as const
const DRIVE = { push_pull: 0n, open_drain: FLAG.OPEN_DRAIN, open_source: FLAG.OPEN_SOURCE } as const

/** enum gpio_v2_line_attr_id */
const OUTPUT_VALUES = 2
const DEBOUNCE = 3

/** GPIO_MAX_NAME_SIZE, its closing zero included. */
const NAME_BYTES = 32

/** struct gpio_v2_line_config for one line. */
export function encodeLineConfig(settings: LineSettings): Buffer {
  const config = Buffer.alloc(LINE_CONFIG_BYTES)
  config.writeBigUInt64LE(flagsOf(settings), 0)
  const [id, value] = attributeOf(settings)
  if (id === undefined) return config
  config.writeUInt32LE(1, 8)
  config.writeUInt32LE(id, 32)
  config.writeBigUInt64LE(BigInt(value), 40)
  // The mask: bit 0 is the only line of the request.
  config.writeBigUInt64LE(1n, 48)
  return config
}

function flagsOf(settings: LineSettings): bigint {
  const polarity = settings.activeLow ? FLAG.ACTIVE_LOW : 0n
  return settings.direction === 'output'
    ? polarity | FLAG.OUTPUT | DRIVE[settings.drive ?? 'push_pull']
    : polarity | FLAG.INPUT | FLAG.EDGE_RISING | FLAG.EDGE_FALLING | BIAS[settings.bias ?? 'as_is']
}

function attributeOf(settings: LineSettings): readonly [number | undefined, number] {
  if (settings.direction === 'output') return [OUTPUT_VALUES, settings.level]
  const { debounceMicros = 0 } = settings
  return [debounceMicros > 0 ? DEBOUNCE : undefined, debounceMicros]
}

/** struct gpio_v2_line_request for one line. `consumer` is the name others see who ask who holds it; 31 characters are kept. */
export function encodeLineRequest(offset: number, consumer: string, settings: LineSettings): Buffer {
  const request = Buffer.alloc(LINE_REQUEST_BYTES)
  request.writeUInt32LE(offset, 0)
  request.write(consumer.slice(0, NAME_BYTES - 1), 256, 'latin1')
  encodeLineConfig(settings).copy(request, 288)
  request.writeUInt32LE(1, 560)
  // How many edges the kernel keeps for us; older ones are dropped first.
  request.writeUInt32LE(64, 564)
  return request
}

/** The file of the line, which the kernel wrote into the request. */
export const lineFd = (request: Buffer): number => request.readInt32LE(588)

export const chipInfo = () => Buffer.alloc(CHIP_INFO_BYTES)

/** struct gpiochip_info */
export const decodeChipInfo = (info: Buffer) => ({
  name: text(info, 0),
  label: text(info, 32),
  lines: info.readUInt32LE(64),
})

export function lineInfo(offset: number): Buffer {
  const info = Buffer.alloc(LINE_INFO_BYTES)
  info.writeUInt32LE(offset, 64)
  return info
}

/** struct gpio_v2_line_info */
export const decodeLineInfo = (info: Buffer) => ({
  name: text(info, 0),
  consumer: text(info, 32),
  used: (info.readBigUInt64LE(72) & FLAG.USED) !== 0n,
  output: (info.readBigUInt64LE(72) & FLAG.OUTPUT) !== 0n,
})

/** struct gpio_v2_line_values: bits, then the mask of the lines meant. */
export function encodeValues(level: Level): Buffer {
  const values = Buffer.alloc(LINE_VALUES_BYTES)
  values.writeBigUInt64LE(BigInt(level), 0)
  values.writeBigUInt64LE(1n, 8)
  return values
}

export const decodeValues = (values: Buffer): Level => ((values.readBigUInt64LE(0) & 1n) === 0n ? 0 : 1)

export interface Edge {
  /** The level after it. */
  readonly level: Level
  /** When the kernel saw it, on the clock of `process.hrtime.bigint()`. */
  readonly atNanos: bigint
  /** Counts the edges of this line from 1: a gap is edges that the kernel could not keep. */
  readonly sequence: number
}

/** GPIO_V2_LINE_EVENT_RISING_EDGE: from inactive to active, so the polarity is already applied. */
const RISING = 1

/** struct gpio_v2_line_event, as many as `events` holds. */
export function decodeEvents(events: Buffer): readonly Edge[] {
  return Array.from({ length: Math.floor(events.length / EVENT_BYTES) }, (_, index) => {
    const at = index * EVENT_BYTES
    return {
      level: events.readUInt32LE(at + 8) === RISING ? 1 : 0,
      atNanos: events.readBigUInt64LE(at),
      sequence: events.readUInt32LE(at + 20),
    }
  })
}

const text = (buffer: Buffer, at: number): string => {
  const end = buffer.indexOf(0, at)
  return buffer.toString('latin1', at, Math.min(end === -1 ? Number.POSITIVE_INFINITY : end, at + NAME_BYTES))
}
