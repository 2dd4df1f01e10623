// The kernel's structures for I2C: include/uapi/linux/i2c.h and i2c-dev.h, on 64 bit machines.
import { addressOf } from './ioctl.ts'

/** Waits for the bus and for a slow device at most this many times 10 ms. */
export const I2C_TIMEOUT = 0x0702
export const I2C_RETRIES = 0x0701
/** Says whom this file talks to; refused when a kernel driver has that device. */
export const I2C_SLAVE = 0x0703
export const I2C_FUNCS = 0x0705
export const I2C_RDWR = 0x0707
export const I2C_SMBUS = 0x0720

/** I2C_FUNC_I2C: the adapter does plain transfers. One that does not speaks SMBus only, as the kernel's i2c-stub. */
export const canTransfer = (funcs: Buffer): boolean => (funcs.readUInt32LE(0) & 1) === 1

/** A call's argument. What it points at lies behind it in the same buffer, so that holding one holds all. */
export interface Request {
  readonly memory: Buffer
  /** Where in it the bytes are that a read brought. */
  readonly answer: (memory: Buffer) => Buffer
}

/** I2C_M_RD */
const READ = 1
/** struct i2c_rdwr_ioctl_data, and struct i2c_msg. */
const HEAD_BYTES = 16
const MESSAGE_BYTES = 16

interface Message {
  readonly flags: number
  readonly data: Buffer
}

/** struct i2c_rdwr_ioctl_data, its messages, then what they carry. */
function encodeTransfer(address: number, messages: readonly Message[]): Request {
  const dataAt = HEAD_BYTES + MESSAGE_BYTES * messages.length
  const memory = Buffer.concat([Buffer.alloc(dataAt), ...messages.map(({ data }) => data)])
  const base = addressOf(memory)
  memory.writeBigUInt64LE(base + BigInt(HEAD_BYTES), 0)
  memory.writeUInt32LE(messages.length, 8)
  let at = dataAt
  for (const [index, { flags, data }] of messages.entries()) {
    const message = HEAD_BYTES + MESSAGE_BYTES * index
    memory.writeUInt16LE(address, message)
    memory.writeUInt16LE(flags, message + 2)
    memory.writeUInt16LE(data.length, message + 4)
    memory.writeBigUInt64LE(base + BigInt(at), message + 8)
    at += data.length
  }
  const length = messages.at(-1)?.data.length ?? 0
  return { memory, answer: (memory) => memory.subarray(memory.length - length) }
}

export const encodeWrite = (address: number, bytes: Buffer): Request =>
  encodeTransfer(address, [{ flags: 0, data: bytes }])

/** Without a register it reads on from where the device is; with one it writes that first, and no stop in between. */
export function encodeRead(address: number, register: number | undefined, length: number): Request {
  const read = { flags: READ, data: Buffer.alloc(length) }
  return encodeTransfer(address, register === undefined ? [read] : [{ flags: 0, data: Buffer.from([register]) }, read])
}

/** I2C_SMBUS_BLOCK_MAX */
const BLOCK_MAX = 32

/** The sizes of I2C_SMBUS that are used. */
const SMBUS = { BYTE: 1, I2C_BLOCK_DATA: 8 } as const

/** struct i2c_smbus_ioctl_data, then union i2c_smbus_data: a length and up to 32 bytes, or one byte. */
function encodeSmbus(read: 0 | 1, command: number, size: number): Request {
  const memory = Buffer.alloc(HEAD_BYTES + BLOCK_MAX + 2)
  memory.writeUInt8(read, 0)
  memory.writeUInt8(command, 1)
  memory.writeUInt32LE(size, 4)
  memory.writeBigUInt64LE(addressOf(memory) + BigInt(HEAD_BYTES), 8)
  return { memory, answer: (memory) => memory.subarray(HEAD_BYTES, HEAD_BYTES + 1) }
}

/** What an SMBus adapter can do of a write: the first byte is the command. */
export function encodeSmbusWrite(bytes: Buffer): Request {
  const [command = 0, ...rest] = bytes
  if (rest.length === 0) return encodeSmbus(0, command, SMBUS.BYTE)
  const request = encodeSmbus(0, command, SMBUS.I2C_BLOCK_DATA)
  request.memory.writeUInt8(blockLength(rest.length), HEAD_BYTES)
  request.memory.set(rest, HEAD_BYTES + 1)
  return request
}

/** Without a register only one byte can be read on from where the device is; more start at register 0. */
export function encodeSmbusRead(register: number | undefined, length: number): Request {
  if (register === undefined && length === 1) return encodeSmbus(1, 0, SMBUS.BYTE)
  const request = encodeSmbus(1, register ?? 0, SMBUS.I2C_BLOCK_DATA)
  request.memory.writeUInt8(blockLength(length), HEAD_BYTES)
  const answer = (memory: Buffer) => {
    const got = Math.min(length, memory.readUInt8(HEAD_BYTES))
    return memory.subarray(HEAD_BYTES + 1, HEAD_BYTES + 1 + got)
  }
  return { ...request, answer }
}

function blockLength(length: number): number {
  if (length <= BLOCK_MAX) return length
  throw new RangeError(`Cannot move an SMBus block as it must have at most ${BLOCK_MAX} bytes: got ${length}`)
}
