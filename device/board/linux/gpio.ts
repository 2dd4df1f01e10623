// GPIO lines through the kernel's character device. A line has one owner, is released when its owner dies, and is told apart by the
// label of its chip: the number of /dev/gpiochipN differs between kernels.
import { closeSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { BoardError } from '../error.ts'
import { openDevice } from './access.ts'
import {
  chipInfo,
  decodeChipInfo,
  decodeEvents,
  decodeLineInfo,
  decodeValues,
  type Edge,
  EVENT_BYTES,
  encodeLineConfig,
  encodeLineRequest,
  encodeValues,
  GET_CHIP_INFO,
  GET_LINE,
  GET_LINE_INFO,
  GET_VALUES,
  type Level,
  type LineSettings,
  lineFd,
  lineInfo,
  SET_CONFIG,
  SET_VALUES,
} from './gpio-abi.ts'
import { codeOf, ioctl, type Readiness, whenReadable } from './ioctl.ts'

export interface Chip {
  readonly path: string
  readonly label: string
  /** How many lines it has, numbered from 0. On a Raspberry Pi line 17 is GPIO17. */
  readonly lines: number
}

/** The chip behind the 40-pin header: Raspberry Pi Zero to 3, 4, and 5. */
const HEADER_LABELS: readonly string[] = ['pinctrl-bcm2835', 'pinctrl-bcm2711', 'pinctrl-rp1']

const CHIP_HINT = 'a kernel with CONFIG_GPIO_CDEV'

/** `label` finds the chip of another board; `gpiodetect` lists them. */
export function findChip({ label, devRoot = '/dev' }: { readonly label?: string; readonly devRoot?: string }): Chip {
  const wanted = label === undefined ? HEADER_LABELS : [label]
  const found: string[] = []
  for (const name of chipNames(devRoot)) {
    const path = join(devRoot, name)
    const { label, lines } = readChip(path)
    if (wanted.includes(label)) return { path, label, lines }
    found.push(label)
  }
  const got = found.length === 0 ? 'none' : found.join(', ')
  throw new BoardError('missing', `Cannot find the GPIO chip as its label must be ${wanted.join(' or ')}: got ${got}`)
}

const chipNames = (devRoot: string): readonly string[] =>
  readdirSync(devRoot).filter((name) => /^gpiochip\d+$/.test(name))

function readChip(path: string) {
  using file = openDevice(path, CHIP_HINT)
  const info = chipInfo()
  ioctl(file.fd, GET_CHIP_INFO, info, 'GPIO_GET_CHIPINFO')
  return decodeChipInfo(info)
}

export interface Line extends Disposable {
  get(): Level
  set(level: Level): void
  /** Changes bias, level or debounce without letting go of the line. The direction stays. */
  configure(settings: LineSettings): void
  /** Hears every edge from now on; `lost` once, when the chip went away. Called at most once. */
  watch(heard: (edge: Edge) => void, lost: (error: BoardError) => void): void
}

/**
 * Takes a line, with its level, bias and debounce in one step. Whoever takes it disposes, which makes the kernel release it.
 * `consumer` is the name that others are told who want the same line.
 */
export function requestLine(options: {
  readonly chip: Chip
  readonly offset: number
  readonly consumer: string
  readonly settings: LineSettings
}): Line {
  const { chip, offset, consumer, settings } = options
  if (offset >= chip.lines) {
    throw new BoardError(
      'missing',
      `Cannot take GPIO${offset} of ${chip.label} as it must be below ${chip.lines}: got ${offset}`,
    )
  }
  using file = openDevice(chip.path, CHIP_HINT)
  const request = encodeLineRequest(offset, consumer, settings)
  try {
    ioctl(file.fd, GET_LINE, request, 'GPIO_V2_GET_LINE')
  } catch (cause) {
    throw takeError(cause, { chip, offset, fd: file.fd })
  }
  return createLine(lineFd(request), `GPIO${offset} of ${chip.label}`)
}

function takeError(cause: unknown, { chip, offset, fd }: { chip: Chip; offset: number; fd: number }): BoardError {
  const what = `Cannot take GPIO${offset} of ${chip.label} as it must`
  switch (codeOf(cause)) {
    case 'EBUSY':
      return new BoardError('held', `${what} be free: got held by "${holderOf(fd, offset)}"`, { cause })
    case 'EINVAL':
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
      return new BoardError('unsupported', `${what} be able to do what is asked of it: got ${codeOf(cause)}`, { cause })
    default:
      return new BoardError('failed', `${what} answer: got ${codeOf(cause) ?? String(cause)}`, { cause })
  }
}

/** The name its owner gave when taking it: a program's, or a kernel driver's such as "spi0 CS0". */
function holderOf(fd: number, offset: number): string {
  const info = lineInfo(offset)
  ioctl(fd, GET_LINE_INFO, info, 'GPIO_V2_GET_LINEINFO')
  const { consumer, used } = decodeLineInfo(info)
  return used ? consumer || 'somebody without a name' : 'somebody who just let go'
}

function createLine(fd: number, name: string): Line {
  let readiness: Readiness | undefined
  let closed = false

  const call = (request: number, argument: Buffer, what: string) => {
    try {
      ioctl(fd, request, argument, what)
    } catch (cause) {
      throw lostError(name, cause)
    }
  }
  const stop = () => {
    readiness?.close()
    readiness = undefined
  }

  return {
    get() {
      const values = encodeValues(0)
      call(GET_VALUES, values, 'GPIO_V2_LINE_GET_VALUES')
      return decodeValues(values)
    },
    set: (level) => call(SET_VALUES, encodeValues(level), 'GPIO_V2_LINE_SET_VALUES'),
    configure: (settings) => call(SET_CONFIG, encodeLineConfig(settings), 'GPIO_V2_LINE_SET_CONFIG'),
    watch(heard, lost) {
      const events = Buffer.alloc(16 * EVENT_BYTES)
      readiness = whenReadable(fd, () => {
        try {
          // Readable, so this does not wait; there may be more, and then it is readable again.
          const bytes = readSync(fd, events)
          for (const edge of decodeEvents(events.subarray(0, bytes))) {
            if (!closed) heard(edge)
          }
        } catch (cause) {
          stop()
          lost(lostError(name, cause))
        }
      })
    },
    [Symbol.dispose]() {
      if (closed) return
      closed = true
      stop()
      closeSync(fd)
    },
  }
}

const lostError = (name: string, cause: unknown): BoardError =>
  new BoardError('failed', `Cannot use ${name} as the kernel must answer: got ${codeOf(cause) ?? String(cause)}`, {
    cause,
  })
