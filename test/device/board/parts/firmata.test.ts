import { EventEmitter } from 'node:events'
import firmata from 'firmata-io'
import pino from 'pino'
import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { startBoard } from '../../../../device/board/board.ts'
import { openFirmata } from '../../../../device/board/parts/firmata.ts'
import { createNotices } from '../../../../device/board/parts/notices.ts'
import { openRelay } from '../../../../device/board/parts/relay.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'

/** https://github.com/firmata/protocol */
const [SYSEX, END] = [0xf0, 0xf7]
const PINS = 20
const INPUT_AND_OUTPUT = [0, 1, 1, 1, 0x7f]

/** An Arduino behind a serial port, as far as it has to be one: it answers what is asked at the start, and hears levels. */
function createArduino({ answers = true }: { answers?: boolean } = {}) {
  const levels = new Map<number, number>()
  const ports: EventEmitter[] = []
  class SerialPort extends EventEmitter {
    isOpen = false
    constructor() {
      super()
      ports.push(this)
      setImmediate(() => {
        this.isOpen = true
        this.emit('open')
        if (!answers) return
        // Unasked, as its sketch begins.
        this.#say([0xf9, 2, 5])
        this.#say([SYSEX, 0x79, 2, 5, END])
      })
    }
    write(data: Iterable<number>) {
      const bytes = [...data]
      const [command, detail = 0] = bytes
      if (command === SYSEX && answers) this.#answer(detail)
      if (command !== undefined && (command & 0xf0) === 0x90) {
        const mask = detail | ((bytes[2] ?? 0) << 7)
        for (let bit = 0; bit < 8; bit++) levels.set((command & 0x0f) * 8 + bit, (mask >> bit) & 1)
      }
    }
    drain = (done: () => void) => done()
    close(done: () => void) {
      this.isOpen = false
      this.emit('close')
      done()
    }
    #answer(query: number) {
      if (query === 0x6b) this.#say([SYSEX, 0x6c, ...Array.from({ length: PINS }, () => INPUT_AND_OUTPUT).flat(), END])
      if (query === 0x69) this.#say([SYSEX, 0x6a, ...Array.from({ length: PINS }, () => 0x7f), END])
    }
    #say(bytes: readonly number[]) {
      setImmediate(() => this.emit('data', Buffer.from(bytes)))
    }
  }
  return { packages: { Firmata: firmata.Firmata, SerialPort }, levels, unplug: () => ports[0]?.emit('close') }
}

test('an Arduino switches a relay, opens it at the end, and is missed when it is unplugged', async () => {
  const { packages, levels, unplug } = createArduino()
  const clock = new VirtualClock()
  const lost: string[] = []
  const arduino = await openFirmata(packages, { port: '/dev/test', clock, lost: ({ message }) => lost.push(message) })
  const { io } = arduino
  const board = await startBoard(io, () => {})
  const notices = createNotices(pino({ level: 'silent' }))
  const relay = await openRelay({ board, io, clock, notices, i2cBus: 1, sysRoot: '/sys' }, { pin: 7, active: 0 })
  const level = async () => {
    await new Promise(setImmediate)
    return levels.get(7)
  }
  expect(await level()).toBe(1)
  relay.set(true)
  expect(await level()).toBe(0)
  relay[Symbol.dispose]()
  expect(await level()).toBe(1)
  unplug()
  expect(lost).toEqual(['Cannot use the Arduino at /dev/test as it must answer: its port was closed'])
})

test('a port where nobody answers is given up', async () => {
  const { packages } = createArduino({ answers: false })
  const clock = new VirtualClock()
  const opening = openFirmata(packages, { port: '/dev/test', clock, lost: () => {} })
  const failed = expect(opening).rejects.toThrow('Cannot use the Arduino at /dev/test as it must answer: got nothing')
  await clock.advance(seconds(20))
  await failed
})
