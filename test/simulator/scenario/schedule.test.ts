// When steps are done: at a time, again and again, whenever something becomes true, and after so many messages.
import { expect, test } from 'vitest'
import { createSchedule } from '../../../simulator/scenario/schedule.ts'
import type { Step } from '../../../simulator/scenario/schema.ts'
import { createStandIn, type Facts, SPAN, START } from './stand-in.ts'

const say = (text: string): Step['do'] => ({ say: text })

/** Turns the clock as a run does, and notes what was done at which minute. `course` is what comes to be true, and `spoken` when somebody speaks. */
function play(steps: readonly Step[], course: Readonly<Record<number, Facts>> = {}, spoken: readonly number[] = []) {
  const { home, is, goTo, speak } = createStandIn()
  const schedule = createSchedule(home, steps, SPAN)
  const done: [minute: number, what: unknown][] = []
  for (let minute = 0; minute < 480; minute++) {
    goTo(minute)
    is(course[minute] ?? {})
    for (const each of spoken) if (each === minute) speak()
    schedule.look()
    for (const { step } of schedule.due()) done.push([minute, (step.do as { say: string }).say])
  }
  return done
}

test.for<{ what: string; steps: readonly Step[]; done: readonly (readonly [number, string])[] }>([
  { what: 'at a time of the day', steps: [{ at: '22:00', do: say('a') }], done: [[120, 'a']] },
  { what: 'at once', steps: [{ at: '20:00', do: say('a') }], done: [[0, 'a']] },
  {
    what: 'after midnight, in the order of the file',
    steps: [
      { at: '23:00', do: say('a') },
      { at: '01:00', do: say('b') },
      { at: '01:00', do: say('c') },
      { at: '+30m', do: say('d') },
    ],
    done: [
      [30, 'd'],
      [180, 'a'],
      [300, 'b'],
      [300, 'c'],
    ],
  },
  {
    what: 'every two hours, not at the start',
    steps: [{ every: '2h', do: say('a') }],
    done: [
      [120, 'a'],
      [240, 'a'],
      [360, 'a'],
    ],
  },
  {
    what: 'every hour from here, until there, both with it',
    steps: [{ every: '1h', from: '21:30', until: '23:30', do: say('a') }],
    done: [
      [90, 'a'],
      [150, 'a'],
      [210, 'a'],
    ],
  },
])('$what', ({ steps, done }) => {
  expect(play(steps)).toEqual(done)
})

test.for<{ what: string; step: Step; done: readonly number[] }>([
  { what: 'each time it becomes true, once', step: { when: 'security.siren', do: say('a') }, done: [10, 30] },
  {
    what: 'also where it already is when the time comes',
    step: { when: 'security.siren', from: '20:35', do: say('a') },
    done: [35],
  },
  { what: 'and not after its end', step: { when: 'security.siren', until: '20:20', do: say('a') }, done: [10] },
])('when: $what', ({ step, done }) => {
  const course = { 0: { siren: false }, 10: { siren: true }, 20: { siren: false }, 30: { siren: true } }
  expect(play([step], course).map(([minute]) => minute)).toEqual(done)
})

test('every three messages, of those within its time', () => {
  const step: Step = { every: '3 messages', from: '20:05', until: '20:20', do: say('a') }
  const spoken = [1, 2, 5, 6, 7, 8, 8, 8, 20, 21, 22, 23]
  expect(play([step], {}, spoken).map(([minute]) => minute)).toEqual([7, 8])
})

test('the clock is told when it must stop next', () => {
  const { home, goTo } = createStandIn()
  const steps: Step[] = [
    { at: '21:00', do: say('a') },
    { every: '50m', do: say('b') },
  ]
  const schedule = createSchedule(home, steps, SPAN)
  const stops: (number | undefined)[] = []
  for (let turn = 0; turn < 3; turn++) {
    const next = schedule.next()
    if (next === undefined) break
    stops.push((next - START) / 60_000)
    goTo((next - START) / 60_000)
    schedule.due()
  }
  expect(stops).toEqual([50, 60, 100])
})
