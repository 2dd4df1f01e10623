// An Arduino with StandardFirmata at a serial port. The packages for it are optional: a Raspberry Pi needs none of them.
import type { EventEmitter } from 'node:events'
import { after, type Clock } from '#contract/clock.ts'
import { UsageError } from '#contract/settings.ts'
import { seconds } from '#contract/time.ts'
import { BoardError } from '../error.ts'
import type { IoPlugin } from './site.ts'

export interface FirmataIo extends AsyncDisposable {
  readonly io: IoPlugin
}

/** What both packages have of use here. */
export interface FirmataPackages {
  readonly Firmata: new (port: EventEmitter) => IoPlugin
  readonly SerialPort: new (options: {
    readonly path: string
    readonly baudRate: number
    readonly highWaterMark: number
  }) => Port
}
interface Port extends EventEmitter {
  readonly isOpen: boolean
  drain(done: () => void): void
  close(done: () => void): void
}

/** What StandardFirmata talks at. */
const BAUD = 57_600
/** An Arduino starts anew when its port is opened, and says hello five seconds later at the worst. */
const READY_WITHIN = seconds(15)

/** Throws a `UsageError` where the packages are missing. */
export async function loadFirmata(): Promise<FirmataPackages> {
  try {
    const [{ default: firmata }, { SerialPort }] = await Promise.all([import('firmata-io'), import('serialport')])
    return { Firmata: firmata.Firmata, SerialPort }
  } catch {
    throw new UsageError('Cannot use --board firmata as it needs two packages: run npm install firmata-io serialport')
  }
}

/** Rejects with a `BoardError` where no Arduino answers; `lost` is called once, when it is unplugged later. */
export async function openFirmata(
  { Firmata, SerialPort }: FirmataPackages,
  { port: path, clock, lost }: { readonly port: string; readonly clock: Clock; readonly lost: (error: Error) => void },
): Promise<FirmataIo> {
  const port = new SerialPort({ path, baudRate: BAUD, highWaterMark: 256 })
  const io = new Firmata(port)
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  const failed = (reason: string, cause?: unknown) => {
    const error = new BoardError('missing', `Cannot use the Arduino at ${path} as it must answer: ${reason}`, { cause })
    reject(error)
    return error
  }
  io.once('ready', resolve)
  // Also later: nobody else hears the errors of an Arduino that is not ready.
  io.on('error', (error: unknown) => failed(error instanceof Error ? error.message : String(error), error))
  let closing = false
  const gone = () => {
    const error = failed('its port was closed')
    if (!closing) lost(error)
  }
  for (const event of ['close', 'disconnect']) io.once(event, gone)
  const inTime = after(clock, READY_WITHIN, () => failed('got nothing'))
  const close = async () => {
    closing = true
    if (!port.isOpen) return
    // The relays' last word is on its way.
    await new Promise<void>((done) => port.drain(() => port.close(() => done())))
  }
  try {
    await ready
  } catch (error) {
    await close()
    throw error
  } finally {
    inTime()
  }
  io.i2cConfig()
  return { io, [Symbol.asyncDispose]: close }
}
