// An I2C bus. A device that holds the clock low blocks everybody on it, so each transfer is bounded, and a bus that hung is left alone
// for a while instead of being waited for again and again.
import { after, type Clock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { createQueue } from '../../queue.ts'
import { BoardError } from '../error.ts'
import { i2cPart } from '../trouble.ts'
import { type I2cDevice, openI2cDevice } from './i2c-device.ts'

export interface I2cBus extends Disposable {
  /** Writes now: displays count on the pauses between their writes. Throws a `BoardError`. */
  write(address: number, bytes: readonly number[]): void
  /** Reads off the event loop, one read at a time. Rejects with a `BoardError`. */
  read(address: number, register: number | undefined, length: number): Promise<Buffer>
}

/** A read that the kernel's own bound did not end. */
const GIVE_UP_AFTER = seconds(1)
/** How long a bus that hung is left alone. */
const REST = seconds(2)

export interface I2cOptions {
  /** 1 is the header's. */
  readonly bus: number
  readonly clock: Clock
  readonly devRoot?: string
  readonly sysRoot?: string
  /** How a device is reached; the default asks the kernel. */
  readonly open?: (address: number) => I2cDevice
}

/** Opens nothing yet: a bus that is missing is noticed, and tried again, by each transfer. Whoever opens disposes. */
export function openI2c({ bus, clock, devRoot = '/dev', sysRoot = '/sys', ...options }: I2cOptions): I2cBus {
  const { open = (address: number) => openI2cDevice({ bus, address, devRoot, sysRoot }) } = options
  const devices = new Map<number, I2cDevice>()
  const reads = createQueue()
  /** A read that was given up and still blocks a thread: nothing else is started until it is over. */
  let hung = false
  let restsUntil: Millis | undefined

  const deviceAt = (address: number): I2cDevice => {
    if (hung || (restsUntil !== undefined && clock.uptime() < restsUntil)) {
      throw new BoardError(
        'timed_out',
        `Cannot reach ${i2cPart({ i2cBus: bus }, address)} as its bus must be free: got one that hangs`,
      )
    }
    const device = devices.get(address) ?? open(address)
    devices.set(address, device)
    return device
  }

  const noticeHang = (error: unknown) => {
    if (error instanceof BoardError && error.code === 'timed_out') restsUntil = millis(clock.uptime() + REST)
  }

  const readInTime = async (address: number, register: number | undefined, length: number): Promise<Buffer> => {
    const transfer = deviceAt(address).read(register, length)
    const { promise: late, reject } = Promise.withResolvers<never>()
    const inTime = after(clock, GIVE_UP_AFTER, () => {
      hung = true
      reject(
        new BoardError('timed_out', `Cannot read ${i2cPart({ i2cBus: bus }, address)} as it must answer: got nothing`),
      )
    })
    const over = () => {
      hung = false
      inTime()
    }
    transfer.then(over, over)
    try {
      return await Promise.race([transfer, late])
    } catch (error) {
      noticeHang(error)
      throw error
    }
  }

  return {
    write(address, bytes) {
      const device = deviceAt(address)
      try {
        device.write(Buffer.from(bytes))
      } catch (error) {
        noticeHang(error)
        throw error
      }
    },
    read: (address, register, length) => reads.add(() => readInTime(address, register, length)),
    [Symbol.dispose]() {
      for (const device of devices.values()) device[Symbol.dispose]()
      devices.clear()
    },
  }
}
