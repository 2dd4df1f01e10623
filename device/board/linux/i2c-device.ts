// One device on an I2C bus, through a file of its own: the file remembers whom it talks to.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BoardError } from '../error.ts'
import { i2cPart } from '../trouble.ts'
import { openDevice } from './access.ts'
import {
  canTransfer,
  encodeRead,
  encodeSmbusRead,
  encodeSmbusWrite,
  encodeWrite,
  I2C_FUNCS,
  I2C_RDWR,
  I2C_RETRIES,
  I2C_SLAVE,
  I2C_SMBUS,
  I2C_TIMEOUT,
} from './i2c-abi.ts'
import { codeOf, ioctl, ioctlAsync } from './ioctl.ts'

export interface I2cDevice extends Disposable {
  /** Writes now, in some 0.1 ms a byte; a device that holds the bus is waited for a tenth of a second. Throws a `BoardError`. */
  write(bytes: Buffer): void
  /** Reads off the event loop. Rejects with a `BoardError`. */
  read(register: number | undefined, length: number): Promise<Buffer>
}

export interface I2cPlace {
  readonly bus: number
  readonly address: number
  readonly devRoot: string
  readonly sysRoot: string
}

/** In the kernel's units of 10 ms; its own default is a whole second. */
const TRANSFER_TIMEOUT = 10

/** Throws a `BoardError`: `missing` without such a bus, `held` where a kernel driver has the device. */
export function openI2cDevice(place: I2cPlace): I2cDevice {
  const path = join(place.devRoot, `i2c-${place.bus}`)
  const file = openDevice(path, 'dtparam=i2c_arm=on in config.txt and the module i2c-dev')
  const { fd } = file
  const told = <T>(call: () => T): T => {
    try {
      return call()
    } catch (cause) {
      throw transferError(cause, place)
    }
  }
  let plain: boolean
  try {
    plain = told(() => prepare(fd, place.address))
  } catch (error) {
    file[Symbol.dispose]()
    throw error
  }
  const request = plain ? I2C_RDWR : I2C_SMBUS
  return {
    write: (bytes) =>
      told(() => {
        const { memory } = plain ? encodeWrite(place.address, bytes) : encodeSmbusWrite(bytes)
        ioctl(fd, request, memory, 'I2C write')
      }),
    async read(register, length) {
      const { memory, answer } = plain ? encodeRead(place.address, register, length) : encodeSmbusRead(register, length)
      try {
        return answer(await ioctlAsync(fd, request, memory, 'I2C read'))
      } catch (cause) {
        throw transferError(cause, place)
      }
    },
    [Symbol.dispose]: () => file[Symbol.dispose](),
  }
}

/** Whether the adapter does plain transfers; otherwise SMBus. */
function prepare(fd: number, address: number): boolean {
  ioctl(fd, I2C_SLAVE, address, 'I2C_SLAVE')
  ioctl(fd, I2C_TIMEOUT, TRANSFER_TIMEOUT, 'I2C_TIMEOUT')
  ioctl(fd, I2C_RETRIES, 1, 'I2C_RETRIES')
  const funcs = Buffer.alloc(8)
  ioctl(fd, I2C_FUNCS, funcs, 'I2C_FUNCS')
  return canTransfer(funcs)
}

function transferError(cause: unknown, place: I2cPlace): BoardError {
  const what = `Cannot reach ${i2cPart({ i2cBus: place.bus }, place.address)} as it must`
  const code = codeOf(cause)
  switch (code) {
    case 'EBUSY':
      return new BoardError('held', `${what} be free: got held by the kernel driver "${driverOf(place)}"`, { cause })
    // Nobody acknowledged the address: EREMOTEIO on a Raspberry Pi, ENXIO and ENODEV elsewhere.
    case 'EREMOTEIO':
    case 'ENXIO':
    case 'ENODEV':
      return new BoardError('missing', `${what} acknowledge its address: got ${code}`, { cause })
    case 'ETIMEDOUT':
    case 'EAGAIN':
      return new BoardError('timed_out', `${what} answer in time: got ${code}`, { cause })
    default:
      return new BoardError('failed', `${what} answer: got ${code ?? String(cause)}`, { cause })
  }
}

/** The kernel's name for the device at an address, such as "bme280". */
function driverOf({ bus, address, sysRoot }: I2cPlace): string {
  const device = `${bus}-${address.toString(16).padStart(4, '0')}`
  try {
    return readFileSync(join(sysRoot, 'bus/i2c/devices', device, 'name'), 'utf8').trim()
  } catch {
    return 'unknown'
  }
}
