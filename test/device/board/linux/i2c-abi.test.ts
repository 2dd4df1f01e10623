import { expect, test } from 'vitest'
import {
  encodeRead,
  encodeSmbusRead,
  encodeSmbusWrite,
  encodeWrite,
  type Request,
} from '../../../../device/board/linux/i2c-abi.ts'
import { addressOf } from '../../../../device/board/linux/ioctl.ts'

/** The messages of a transfer, and where in its own memory each one's bytes are. */
function messages({ memory }: Request) {
  const base = addressOf(memory)
  expect(memory.readBigUInt64LE(0) - base).toBe(16n)
  return Array.from({ length: memory.readUInt32LE(8) }, (_, index) => {
    const at = 16 + 16 * index
    const data = Number(memory.readBigUInt64LE(at + 8) - base)
    const length = memory.readUInt16LE(at + 4)
    return {
      address: memory.readUInt16LE(at),
      flags: memory.readUInt16LE(at + 2),
      bytes: [...memory.subarray(data, data + length)],
    }
  })
}

test('a write is one message', () => {
  expect(messages(encodeWrite(0x27, Buffer.from([1, 2, 3])))).toEqual([{ address: 0x27, flags: 0, bytes: [1, 2, 3] }])
})

test('a read of a register writes its number first, without a stop in between', () => {
  const request = encodeRead(0x48, 5, 2)
  expect(messages(request)).toEqual([
    { address: 0x48, flags: 0, bytes: [5] },
    { address: 0x48, flags: 1, bytes: [0, 0] },
  ])
  request.memory.set([7, 8], request.memory.length - 2)
  expect([...request.answer(request.memory)]).toEqual([7, 8])
})

test('a read without a register is one message', () => {
  expect(messages(encodeRead(0x27, undefined, 1))).toEqual([{ address: 0x27, flags: 1, bytes: [0] }])
})

/** Direction, command, size, and the block. */
const smbus = ({ memory }: Request) => {
  expect(memory.readBigUInt64LE(8) - addressOf(memory)).toBe(16n)
  return [memory.readUInt8(0), memory.readUInt8(1), memory.readUInt32LE(4), ...memory.subarray(16, 20)]
}

test.for([
  { what: 'one byte', request: encodeSmbusWrite(Buffer.from([8])), expected: [0, 8, 1, 0, 0, 0, 0] },
  { what: 'a register', request: encodeSmbusWrite(Buffer.from([5, 1, 2])), expected: [0, 5, 8, 2, 1, 2, 0] },
  { what: 'a read byte', request: encodeSmbusRead(undefined, 1), expected: [1, 0, 1, 0, 0, 0, 0] },
  { what: 'a read register', request: encodeSmbusRead(5, 2), expected: [1, 5, 8, 2, 0, 0, 0] },
])('$what as SMBus', ({ request, expected }) => {
  expect(smbus(request)).toEqual(expected)
})

test('an SMBus block longer than the protocol has is refused', () => {
  expect(() => encodeSmbusRead(0, 33)).toThrow(
    new RangeError('Cannot move an SMBus block as it must have at most 32 bytes: got 33'),
  )
})
