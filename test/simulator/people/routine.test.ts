import { describe, expect, test } from 'vitest'
import { dateOf, parseInstant } from '#contract/clock.ts'
import { dayNumberOf, instantOf, localOf } from '#contract/local-time.ts'
import { type Instant, instant } from '#contract/time.ts'
import { FLOOR_PLAN, OUTSIDE } from '../../../simulator/people/plan.ts'
import {
  type Activity,
  type Habit,
  householdOf,
  isWeekend,
  type Person,
  planDay,
  roomsOf,
  routineOf,
} from '../../../simulator/people/routine.ts'
import { randomStream } from '../../../simulator/random.ts'

const HABITS: readonly Habit[] = ['commuter', 'schoolchild', 'home-worker', 'retired']
const ROBIN: Person = { name: 'Robin', habit: 'commuter' }
/** 14 January 2030. */
const MONDAY = dayNumberOf({ year: 2030, month: 1, day: 14 })
const SATURDAY = MONDAY + 5

const at = (text: string): Instant => parseInstant(text) ?? instant(Number.NaN)
const minutesOf = ({ atSecond }: Activity) => atSecond / 60
const clock = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

describe.for(HABITS)('the days of a %s', (habit) => {
  const days = Array.from({ length: 140 }, (_, day) =>
    planDay({ name: 'Robin', habit }, MONDAY + day, randomStream(5, `${habit}/${day}`)),
  )

  test('rise, begin after midnight and end before the next', () => {
    for (const day of days) {
      const times = day.map(({ atSecond }) => atSecond)
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
      expect(times[0]).toBeGreaterThan(5 * 3600)
      expect(times.at(-1)).toBeLessThan(86_400)
      expect(times.every(Number.isInteger)).toBe(true)
    }
  })

  test('end in bed, and are spent awake otherwise', () => {
    for (const day of days) {
      expect(day.at(-1)).toMatchObject({ room: 'bedroom', asleep: true })
      expect(day.slice(0, -1).some(({ asleep }) => asleep)).toBe(false)
    }
  })

  test('are spent in the rooms of the default plan, and each time differently', () => {
    const rooms = FLOOR_PLAN.rooms.map(({ id }) => id)
    expect(rooms).toEqual(expect.arrayContaining([...roomsOf({ name: 'Robin', habit })]))
    for (const day of days) for (const { room } of day) expect(roomsOf({ name: 'Robin', habit })).toContain(room)
    expect(new Set(days.map((day) => day[0]?.atSecond)).size).toBeGreaterThan(100)
  })
})

describe('the working day of a commuter', () => {
  const days = Array.from({ length: 200 }, (_, day) => planDay(ROBIN, MONDAY, randomStream(day, 'Robin')))

  test.for([
    { index: 0, room: 'bath', around: '06:45', jitter: 15 },
    { index: 1, room: 'kitchen', around: '07:20', jitter: 10 },
    { index: 3, room: OUTSIDE, around: '08:10', jitter: 8 },
    { index: 4, room: 'living', around: '17:40', jitter: 30 },
    { index: 8, room: 'bedroom', around: '22:45', jitter: 15 },
  ])('has them in the $room from $around, up to $jitter minutes sooner or later', ({ index, room, around, jitter }) => {
    const early = days.map((day) => day[index]).filter((activity) => activity !== undefined)
    expect(new Set(early.map((activity) => activity.room))).toEqual(new Set([room]))
    const shifts = early.map((activity) => minutesOf(activity) - clock(around))
    expect(Math.max(...shifts.map(Math.abs))).toBeLessThanOrEqual(jitter)
    // All of that is used.
    expect(Math.min(...shifts)).toBeLessThan(-0.8 * jitter)
    expect(Math.max(...shifts)).toBeGreaterThan(0.8 * jitter)
  })
})

test('they sleep longer at weekends, and go out on about six of ten', () => {
  const days = Array.from({ length: 300 }, (_, day) => planDay(ROBIN, SATURDAY, randomStream(day, 'Robin')))
  const up = days.map((day) => minutesOf(day[0] ?? { atSecond: 0, room: '' }))
  expect(Math.min(...up)).toBeGreaterThanOrEqual(clock('08:00'))
  const outings = days.filter((day) => day.some(({ room }) => room === OUTSIDE)).length
  expect(outings).toBeGreaterThan(150)
  expect(outings).toBeLessThan(210)
})

test('weekends are where they are in the calendar', () => {
  const week = Array.from({ length: 7 }, (_, day) => isWeekend(MONDAY + day))
  expect(week).toEqual([false, false, false, false, false, true, true])
  // 28 December 1969 was a Sunday.
  expect([-4, -3].map(isWeekend)).toEqual([true, false])
})

test('a pet has no plans', () => {
  expect(planDay({ name: 'Momo', habit: 'pet' }, MONDAY, Math.random)).toEqual([])
  expect(roomsOf({ name: 'Momo', habit: 'pet' })).toEqual([])
  expect(() => routineOf({ seed: 1, zone: 'UTC', person: { name: 'Momo', habit: 'pet' } })).toThrow(
    'Cannot plan the days of Momo as pets have no plans',
  )
})

describe('a routine', () => {
  const routine = routineOf({ seed: 1, zone: 'Europe/London', person: ROBIN })

  test('has the same day for the same seed and person, whatever was asked before', () => {
    const again = routineOf({ seed: 1, zone: 'Asia/Tokyo', person: ROBIN })
    again.at(at('2030-01-01T00:00:00Z'))
    expect(again.day(MONDAY)).toEqual(routine.day(MONDAY))
  })

  test('has another for another day, person or seed', () => {
    const kim = routineOf({ seed: 1, zone: 'Europe/London', person: { name: 'Kim', habit: 'commuter' } })
    const other = routineOf({ seed: 2, zone: 'Europe/London', person: ROBIN })
    const days = [routine.day(MONDAY), routine.day(MONDAY + 1), kim.day(MONDAY), other.day(MONDAY)]
    expect(new Set(days.map((day) => JSON.stringify(day))).size).toBe(4)
  })

  test('knows at any instant what is done and until when', () => {
    const [up, breakfast] = routine.day(MONDAY)
    const due = (activity: Activity | undefined) => {
      const atSecond = activity?.atSecond ?? 0
      return instantOf('Europe/London', { year: 2030, month: 1, day: 14, hour: 0, minute: 0, second: atSecond })
    }
    expect(routine.at(at('2030-01-14T03:00:00Z'))).toEqual({
      activity: expect.objectContaining({ room: 'bedroom', asleep: true }),
      until: due(up),
    })
    expect(routine.at(due(up))).toEqual({ activity: up, until: due(breakfast) })
    expect(routine.at(instant(due(breakfast) - 1))).toEqual({ activity: up, until: due(breakfast) })
  })

  test('goes on from one day to the next without a gap', () => {
    let now = at('2030-03-29T12:00:00Z')
    const seen: Activity[] = []
    while (now < at('2030-04-02T12:00:00Z')) {
      const { activity, until } = routine.at(now)
      expect(until).toBeGreaterThan(now)
      seen.push(activity)
      now = until
    }
    expect(seen.filter(({ asleep }) => asleep)).toHaveLength(4)
  })
})

describe.for([
  { zone: 'Europe/London', eve: '2030-03-30', utcHours: [0, -1] },
  { zone: 'Europe/London', eve: '2030-10-26', utcHours: [-1, 0] },
  { zone: 'Europe/Berlin', eve: '2030-03-30', utcHours: [-1, -2] },
  { zone: 'America/New_York', eve: '2030-11-02', utcHours: [4, 5] },
  { zone: 'Australia/Lord_Howe', eve: '2030-04-06', utcHours: [-11, -10.5] },
])('where the clock changes in $zone in the night after $eve', ({ zone, eve, utcHours }) => {
  const routine = routineOf({ seed: 3, zone, person: ROBIN })
  const [year = 0, month = 0, day = 0] = eve.split('-').map(Number)

  test.for([0, 1])('they get up when the wall says so, day %i', (later) => {
    const date = { year, month, day: day + later }
    const [up] = routine.day(dayNumberOf(date))
    const { until } = routine.at(instantOf(zone, { ...date, hour: 5, minute: 0 }))
    const { hour, minute, second } = localOf(zone, until)
    expect(hour * 3600 + minute * 60 + second).toBe(up?.atSecond)
    // The same as an instant, by the offset of that side.
    const midnightUtc = Date.UTC(year, month - 1, day + later)
    const offsetHours = utcHours[later] ?? 0
    expect(dateOf(until)).toEqual(dateOf(instant(midnightUtc + offsetHours * 3_600_000 + (up?.atSecond ?? 0) * 1000)))
  })
})

test.for([
  { people: 0, pet: false, names: [] },
  { people: 2, pet: false, names: ['Robin', 'Kim'] },
  { people: 3, pet: true, names: ['Robin', 'Kim', 'Toni', 'Momo'] },
])('a household of $people, pet: $pet, is $names', ({ people, pet, names }) => {
  expect(householdOf({ people, pet }).map(({ name }) => name)).toEqual(names)
})

test.for([-1, 1.5, 7, Number.NaN])('there is no household of %d', (people) => {
  expect(() => householdOf({ people })).toThrow(`Cannot make a household as it must have 0 to 6 people: got ${people}`)
})
