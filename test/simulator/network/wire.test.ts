// A connection over a line: what is said, how it ends, and how it is torn.
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { seconds } from '#contract/time.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { createLine } from '../../../simulator/network/line.ts'
import { openWire, sever } from '../../../simulator/network/wire.ts'
import { currentParticipant, type Participant } from '../../../simulator/time/participant.ts'
import { createWork } from '../../../simulator/time/work.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** What is heard at this end, and as whom. */
function listen(end: Duplex): readonly string[] {
  const heard: string[] = []
  const note = (what: string) => heard.push(`${currentParticipant()?.name ?? 'nobody'}: ${what}`)
  end.on('data', (chunk: Buffer) => note(chunk.toString()))
  end.on('end', () => note('end'))
  end.on('close', () => note('close'))
  return heard
}

function open() {
  const clock = new VirtualClock()
  const work = createWork()
  closing.push(() => work.close())
  const participant = (name: string): Participant => ({ name, clock, work, timers: false })
  const line = createLine(clock)
  const { near, far } = openWire(participant('device'), participant('hub'), line)
  const settle = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  return { clock, line, near, far, settle, atHub: listen(far), atDevice: listen(near) }
}

describe('a wire', () => {
  test('carries both ways, and each hears as itself', async () => {
    const { near, far, settle, atHub, atDevice } = open()
    near.write('connect')
    far.write('connack')
    await settle()
    expect(atHub).toEqual(['hub: connect'])
    expect(atDevice).toEqual(['device: connack'])
  })

  test('carries nothing before the one who speaks has finished', () => {
    const { near, atHub } = open()
    near.write('half')
    expect(atHub).toEqual([])
  })

  test('joins what is written in one breath, and loses none of it', async () => {
    const { near, settle, atHub } = open()
    near.cork()
    for (const piece of ['a', 'b', 'c']) near.write(piece)
    near.uncork()
    near.write('d')
    await settle()
    expect(atHub.map((each) => each.replace('hub: ', '')).join('')).toBe('abcd')
  })

  test('that is ended has said everything before, and closes at both ends', async () => {
    const { near, settle, atHub, atDevice } = open()
    near.write('last')
    near.end()
    await settle()
    expect(atHub).toEqual(['hub: last', 'hub: end', 'hub: close'])
    expect(atDevice.at(-1)).toContain('close')
  })

  test('that is reset closes at the other end too', async () => {
    const { near, far, settle, atDevice } = open()
    far.destroy()
    await settle()
    expect(atDevice).toEqual(['device: close'])
    expect(near.destroyed).toBe(true)
  })

  test('over a slow line is late in everything, its end too', async () => {
    const { clock, line, near, settle, atHub } = open()
    line.setDelay(seconds(2))
    near.end('last')
    await clock.advance(seconds(1.9))
    expect(atHub).toEqual([])
    await clock.advance(seconds(0.1))
    await settle()
    expect(atHub.slice(0, 2)).toEqual(['hub: last', 'hub: end'])
  })

  test('over a line that is cut tells nobody of a reset until it is joined', async () => {
    const { clock, line, near, far, settle, atHub } = open()
    line.setCut(true)
    near.write('lost')
    near.destroy()
    await clock.advance(seconds(3600))
    await settle()
    expect(atHub).toEqual([])
    expect(far.destroyed).toBe(false)
    line.setCut(false)
    await settle()
    expect(far.destroyed).toBe(true)
  })
})

describe('an end that is severed', () => {
  test('says what nobody hears, and is missed by nobody', async () => {
    const { near, far, settle, atHub } = open()
    sever(near)
    near.write('lost')
    near.destroy()
    await settle()
    expect(atHub).toEqual([])
    expect(far.destroyed).toBe(false)
  })

  test('hears the other all the same, until that one is severed too', async () => {
    const { near, far, settle, atDevice } = open()
    sever(near)
    far.write('heard')
    await settle()
    sever(far)
    far.write('lost')
    far.destroy()
    await settle()
    expect(atDevice).toEqual(['device: heard'])
    expect(near.destroyed).toBe(false)
  })
})
