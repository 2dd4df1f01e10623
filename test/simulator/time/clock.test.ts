// The clock that turns, and the barrier that decides when it may.
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { hours, millis, seconds } from '#contract/time.ts'
import { Unsettled, VirtualClock } from '../../../simulator/clock.ts'
import { borrowTime } from '../../../simulator/time/ambient.ts'
import { type Participant, runAs } from '../../../simulator/time/participant.ts'
import { createWork } from '../../../simulator/time/work.ts'

test('whoever sleeps wakes in the order of time, then of names, and each sees its own moment', async () => {
  const clock = new VirtualClock()
  const woken: string[] = []
  for (const [name, at] of [
    ['b', 5],
    ['a', 5],
    ['c', 1],
  ] as const) {
    const own = clock.ownedBy(name)
    void own.sleep(seconds(at)).then(() => woken.push(`${name} ${own.uptime()}`))
  }
  await clock.advance(seconds(10))
  expect(woken).toEqual(['c 1000', 'a 5000', 'b 5000'])
  expect(clock.uptime()).toBe(10_000)
})

test('a wall clock that is put right moves nobody who sleeps, and no other wall', async () => {
  const clock = new VirtualClock()
  const [one, other] = [clock.ownedBy('one'), clock.ownedBy('other')]
  let awake = false
  void one.sleep(hours(1)).then(() => {
    awake = true
  })
  one.jumpWall(hours(24 * 365))
  expect(one.now() - other.now()).toBe(hours(24 * 365))
  await clock.advance(millis(hours(1) - 1))
  expect(awake).toBe(false)
  await clock.advance(millis(1))
  expect(awake).toBe(true)
})

test('who wakes again and again without time passing is named', async () => {
  const clock = new VirtualClock()
  const toaster = clock.ownedBy('toaster')
  const spin = async (): Promise<never> => {
    for (;;) await toaster.sleep(millis(0))
  }
  void spin()
  await expect(clock.advance(seconds(1))).rejects.toThrow('toaster wakes again and again')
})

test('time waits for the disk, and who is busy for too long is named with what', async () => {
  const work = createWork({ patience: millis(200) })
  const clock = new VirtualClock(undefined, () => work.settle())
  const giveTimeBack = borrowTime()
  try {
    const device: Participant = { name: 'security', clock: clock.ownedBy('security'), work, timers: true }
    let read = 0
    runAs(device, () => void readFile(import.meta.filename).then((text) => (read = text.length)))
    await clock.advance(seconds(1))
    expect(read).toBeGreaterThan(0)

    const answer = Promise.withResolvers<void>()
    const asked = work.during('security', 'POST /oauth/token', answer.promise)
    await expect(clock.advance(seconds(1))).rejects.toThrow(
      new Unsettled(
        'Cannot turn the clock as everybody must have come to rest: still waiting for security (POST /oauth/token)',
      ),
    )
    answer.resolve()
    await asked
    await clock.advance(seconds(1))
  } finally {
    giveTimeBack()
    work.close()
  }
})

test('inside a home Date and timers are the home’s, outside they are real, and afterwards nothing is changed', async () => {
  const before = { Date, setTimeout }
  const work = createWork()
  const clock = new VirtualClock(undefined, () => work.settle())
  const device: Participant = { name: 'toaster', clock: clock.ownedBy('toaster'), work, timers: true }
  const giveTimeBack = borrowTime()
  try {
    const seen: string[] = []
    runAs(device, () => {
      setTimeout(() => seen.push(`timeout ${new Date().toISOString()}`), 3_600_000)
      const every = setInterval(() => {
        seen.push(`every ${Date.now() - clock.now()}`)
        clearInterval(every)
      })
    })
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(5000)
    await clock.advance(hours(2))
    expect(seen).toEqual(['every 0', 'timeout 2030-01-01T01:00:00.000Z'])
    expect(new Date() instanceof Date && new Date(0) instanceof before.Date).toBe(true)
  } finally {
    giveTimeBack()
    work.close()
  }
  expect({ Date, setTimeout }).toEqual(before)
})
