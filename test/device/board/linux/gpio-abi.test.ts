import { expect, test } from 'vitest'
import {
  decodeEvents,
  decodeLineInfo,
  encodeLineConfig,
  encodeLineRequest,
  GET_CHIP_INFO,
  GET_LINE,
  GET_LINE_INFO,
  GET_VALUES,
  type LineSettings,
  SET_CONFIG,
  SET_VALUES,
} from '../../../../device/board/linux/gpio-abi.ts'

// As a C compiler prints them: `printf("%#lx", GPIO_V2_GET_LINE_IOCTL)`.
test.for([
  { what: 'GPIO_GET_CHIPINFO', code: GET_CHIP_INFO, expected: 0x8044b401 },
  { what: 'GPIO_V2_GET_LINEINFO', code: GET_LINE_INFO, expected: 0xc100b405 },
  { what: 'GPIO_V2_GET_LINE', code: GET_LINE, expected: 0xc250b407 },
  { what: 'GPIO_V2_LINE_SET_CONFIG', code: SET_CONFIG, expected: 0xc110b40d },
  { what: 'GPIO_V2_LINE_GET_VALUES', code: GET_VALUES, expected: 0xc010b40e },
  { what: 'GPIO_V2_LINE_SET_VALUES', code: SET_VALUES, expected: 0xc010b40f },
])('$what is the number that linux/gpio.h gives it', ({ code, expected }) => {
  expect(code).toBe(expected)
})

const flags = (config: Buffer) => Number(config.readBigUInt64LE(0))
/** The only attribute: its id, value and mask. */
const attribute = (config: Buffer) =>
  config.readUInt32LE(8) === 0
    ? undefined
    : [config.readUInt32LE(32), Number(config.readBigUInt64LE(40)), Number(config.readBigUInt64LE(48))]

const BOTH_EDGES = 0x30
test.for<{ what: string; settings: LineSettings; expected: number; attr: readonly number[] | undefined }>([
  { what: 'an input', settings: { direction: 'input' }, expected: 0x4 | BOTH_EDGES, attr: undefined },
  {
    what: 'a pulled-up input',
    settings: { direction: 'input', bias: 'up' },
    expected: 0x104 | BOTH_EDGES,
    attr: undefined,
  },
  {
    what: 'a pulled-down input',
    settings: { direction: 'input', bias: 'down' },
    expected: 0x204 | BOTH_EDGES,
    attr: undefined,
  },
  {
    what: 'an input without a pull',
    settings: { direction: 'input', bias: 'none' },
    expected: 0x404 | BOTH_EDGES,
    attr: undefined,
  },
  {
    what: 'an input that is active low',
    settings: { direction: 'input', activeLow: true },
    expected: 0x6 | BOTH_EDGES,
    attr: undefined,
  },
  {
    what: 'a debounced input',
    settings: { direction: 'input', debounceMicros: 5000 },
    expected: 0x4 | BOTH_EDGES,
    attr: [3, 5000, 1],
  },
  { what: 'an output at rest', settings: { direction: 'output', level: 0 }, expected: 0x8, attr: [2, 0, 1] },
  { what: 'an output that is on', settings: { direction: 'output', level: 1 }, expected: 0x8, attr: [2, 1, 1] },
  {
    what: 'an open drain',
    settings: { direction: 'output', level: 1, drive: 'open_drain' },
    expected: 0x48,
    attr: [2, 1, 1],
  },
  {
    what: 'a relay on low',
    settings: { direction: 'output', level: 0, activeLow: true },
    expected: 0xa,
    attr: [2, 0, 1],
  },
])('$what has its flags and attribute', ({ settings, expected, attr }) => {
  const config = encodeLineConfig(settings)
  expect(config).toHaveLength(272)
  expect(flags(config)).toBe(expected)
  expect(attribute(config)).toEqual(attr)
})

test('a request names one line, and a consumer of at most 31 characters', () => {
  const request = encodeLineRequest(17, 'a name that is much too long for the kernel', {
    direction: 'output',
    level: 1,
  })
  expect(request).toHaveLength(592)
  expect(request.readUInt32LE(0)).toBe(17)
  expect(request.toString('latin1', 256, 288)).toBe('a name that is much too long fo\0')
  expect(request.readUInt32LE(560)).toBe(1)
  expect(flags(request.subarray(288))).toBe(0x8)
})

test('the holder of a line is read up to its closing zero', () => {
  const info = Buffer.alloc(256)
  info.write('GPIO17')
  info.write('spi0 CS0', 32)
  info.writeBigUInt64LE(0x9n, 72)
  expect(decodeLineInfo(info)).toEqual({ name: 'GPIO17', consumer: 'spi0 CS0', used: true, output: true })
})

test('events are read whole, and a piece of one is not read', () => {
  const events = Buffer.alloc(100)
  events.writeBigUInt64LE(123n, 0)
  events.writeUInt32LE(1, 8)
  events.writeUInt32LE(1, 20)
  events.writeBigUInt64LE(456n, 48)
  events.writeUInt32LE(2, 56)
  events.writeUInt32LE(2, 68)
  expect(decodeEvents(events)).toEqual([
    { level: 1, atNanos: 123n, sequence: 1 },
    { level: 0, atNanos: 456n, sequence: 2 },
  ])
})
