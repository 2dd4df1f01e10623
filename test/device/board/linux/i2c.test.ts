import { expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { BoardError } from '../../../../device/board/error.ts'
import { openI2c } from '../../../../device/board/linux/i2c.ts'
import { VirtualClock } from '../../../../simulator/clock.ts'

const SENSOR = 0x48
const DISPLAY = 0x27

/** A bus whose sensor answers when the test says so, and whose display takes everything. */
function createBus() {
  const clock = new VirtualClock()
  const answers: PromiseWithResolvers<Buffer>[] = []
  const written: number[][] = []
  const opened: number[] = []
  const bus = openI2c({
    bus: 1,
    clock,
    open(address) {
      opened.push(address)
      return {
        write: (bytes) => void written.push([...bytes]),
        read() {
          const answer = Promise.withResolvers<Buffer>()
          answers.push(answer)
          return answer.promise
        },
        [Symbol.dispose]: () => {},
      }
    },
  })
  return { clock, bus, answers, written, opened, read: () => bus.read(SENSOR, 0, 2) }
}

/** Lets what was asked begin. */
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('one read at a time, and a device is opened once', async () => {
  const { answers, opened, read } = createBus()
  const [first, second] = [read(), read()]
  await turn()
  expect(answers).toHaveLength(1)
  answers[0]?.resolve(Buffer.from([1]))
  expect([...(await first)]).toEqual([1])
  await turn()
  answers[1]?.resolve(Buffer.from([2]))
  expect([...(await second)]).toEqual([2])
  expect(opened).toEqual([SENSOR])
})

test('a write does not wait for a read', async () => {
  const { bus, written, read } = createBus()
  void read()
  await turn()
  bus.write(DISPLAY, [8, 12])
  expect(written).toEqual([[8, 12]])
})

test('a read that hangs is given up after a second; the bus is left alone until it is over and has rested', async () => {
  const { clock, bus, answers, read } = createBus()
  const hangs = expect(read()).rejects.toMatchObject({ code: 'timed_out' })
  await turn()
  await clock.advance(seconds(1))
  await hangs

  await clock.advance(seconds(60))
  await expect(read()).rejects.toThrow('Cannot reach i2c-1 0x48 as its bus must be free: got one that hangs')
  expect(() => bus.write(DISPLAY, [0])).toThrow(/got one that hangs/)
  expect(answers).toHaveLength(1)

  answers[0]?.resolve(Buffer.from([9]))
  await turn()
  const works = read()
  await turn()
  answers[1]?.resolve(Buffer.from([3]))
  expect([...(await works)]).toEqual([3])
})

test('a bus that the kernel gave up on rests for two seconds', async () => {
  const { clock, answers, read } = createBus()
  const first = expect(read()).rejects.toMatchObject({ code: 'timed_out' })
  await turn()
  answers[0]?.reject(new BoardError('timed_out', 'ETIMEDOUT'))
  await first
  await expect(read()).rejects.toThrow(/got one that hangs/)
  await clock.advance(seconds(2))
  void read()
  await turn()
  expect(answers).toHaveLength(2)
})

test('a device that is not there makes nobody else wait', async () => {
  const { answers, read } = createBus()
  const first = expect(read()).rejects.toMatchObject({ code: 'missing' })
  await turn()
  answers[0]?.reject(new BoardError('missing', 'EREMOTEIO'))
  await first
  void read()
  await turn()
  expect(answers).toHaveLength(2)
})
