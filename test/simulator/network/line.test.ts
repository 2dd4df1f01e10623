// A cable that is cut, joined and slow.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { millis, seconds } from '#contract/time.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { createLine } from '../../../simulator/network/line.ts'

function lay() {
  const clock = new VirtualClock()
  const line = createLine(clock)
  const arrived: string[] = []
  return {
    ...{ clock, line, arrived },
    /** Notes what arrives, and when. */
    send: (what: string) => line.carry(() => void arrived.push(`${what} at ${clock.uptime()}`)),
  }
}

describe('a line', () => {
  test('carries at once while nothing is wrong with it', () => {
    const { send, arrived } = lay()
    send('a')
    expect(arrived).toEqual(['a at 0'])
  })

  test('that is slow takes the same time for everything', async () => {
    const { clock, line, send, arrived } = lay()
    line.setDelay(seconds(1))
    send('a')
    await clock.advance(millis(900))
    send('b')
    send('c')
    await clock.advance(seconds(5))
    expect(arrived).toEqual(['a at 1000', 'b at 1900', 'c at 1900'])
  })

  test('that is quick again lets nothing overtake what is still on its way', async () => {
    const { clock, line, send, arrived } = lay()
    line.setDelay(seconds(3))
    send('a')
    await clock.advance(seconds(1))
    line.setDelay(millis(0))
    send('b')
    await clock.advance(seconds(5))
    expect(arrived.map((each) => each[0])).toEqual(['a', 'b'])
    send('c')
    expect(arrived.at(-1)).toBe('c at 6000')
  })

  test('that is cut carries nothing, and everything in order once it is joined', async () => {
    const { clock, line, send, arrived } = lay()
    line.setCut(true)
    send('a')
    await clock.advance(seconds(60))
    send('b')
    expect(arrived).toEqual([])
    line.setCut(false)
    send('c')
    await clock.advance(seconds(1))
    expect(arrived).toEqual(['a at 60000', 'b at 60000', 'c at 60000'])
  })

  test('that is cut while something is on its way sends that again when it is joined', async () => {
    const { clock, line, send, arrived } = lay()
    line.setDelay(seconds(2))
    send('a')
    await clock.advance(seconds(1))
    line.setCut(true)
    await clock.advance(seconds(9))
    line.setCut(false)
    await clock.advance(seconds(9))
    expect(arrived).toEqual(['a at 12000'])
  })

  test('that is cut twice, or joined twice, is cut or joined', async () => {
    const { clock, line, send, arrived } = lay()
    line.setCut(true)
    send('a')
    line.setCut(true)
    line.setCut(false)
    line.setCut(false)
    await clock.advance(millis(1))
    expect(arrived).toHaveLength(1)
  })

  test('loses nothing, doubles nothing, changes no order, and is silent while it is cut', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('send' as const) }),
      fc.record({ do: fc.constant('cut' as const), cut: fc.boolean() }),
      fc.record({ do: fc.constant('slow' as const), delay: fc.integer({ min: 0, max: 3_000 }) }),
      fc.record({ do: fc.constant('wait' as const), wait: fc.integer({ min: 1, max: 4_000 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { clock, line } = lay()
        const arrived: number[] = []
        let [sent, isCut] = [0, false]
        for (const each of steps) {
          if (each.do === 'cut') {
            isCut = each.cut
            line.setCut(isCut)
          } else if (each.do === 'slow') line.setDelay(millis(each.delay))
          else if (each.do === 'wait') await clock.advance(millis(each.wait))
          else {
            const number = sent++
            line.carry(() => arrived.push(isCut ? Number.NaN : number))
          }
        }
        isCut = false
        line.setCut(false)
        await clock.advance(seconds(60))
        expect(arrived).toEqual(Array.from({ length: sent }, (_, number) => number))
      }),
      { numRuns: 60 },
    )
  })
})

describe('whoever waits for a line', () => {
  /** Waits, and notes how that ended. */
  function wait() {
    const { clock, line } = lay()
    const off = new AbortController()
    const told: string[] = []
    const begin = () =>
      line.whenJoined(off.signal).then(
        () => told.push(`joined at ${clock.uptime()}`),
        (error: Error) => told.push(`${error.message} at ${clock.uptime()}`),
      )
    return { clock, line, off, told, begin }
  }

  test('waits for nothing while it is whole', async () => {
    const { clock, told, begin } = wait()
    void begin()
    await clock.advance(millis(0))
    expect(told).toEqual(['joined at 0'])
  })

  test('waits until it is joined, and as long as it is slow', async () => {
    const { clock, line, told, begin } = wait()
    line.setDelay(seconds(2))
    line.setCut(true)
    void begin()
    await clock.advance(seconds(10))
    line.setCut(false)
    await clock.advance(seconds(10))
    expect(told).toEqual(['joined at 12000'])
  })

  test('waits on where it is cut again meanwhile', async () => {
    const { clock, line, told, begin } = wait()
    line.setDelay(seconds(2))
    void begin()
    await clock.advance(seconds(1))
    line.setCut(true)
    await clock.advance(seconds(10))
    expect(told).toEqual([])
    line.setCut(false)
    await clock.advance(seconds(10))
    expect(told).toEqual(['joined at 13000'])
  })

  test.for([
    { when: 'before', cut: false, delay: 0, abortAt: 0 },
    { when: 'while it is cut', cut: true, delay: 0, abortAt: 3_000 },
    { when: 'while it is slow', cut: false, delay: 5_000, abortAt: 3_000 },
  ])('gives up, with the reason, when it is called off $when', async ({ cut, delay, abortAt }) => {
    const { clock, line, off, told, begin } = wait()
    line.setCut(cut)
    line.setDelay(millis(delay))
    if (abortAt === 0) off.abort(new Error('called off'))
    void begin()
    await clock.advance(millis(abortAt))
    off.abort(new Error('called off'))
    await clock.advance(millis(0))
    expect(told).toEqual([`called off at ${abortAt}`])
  })
})
