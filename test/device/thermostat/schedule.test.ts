// A week's plan, carried out once a transition, by a clock that may be wrong.
import { describe, expect, test } from 'vitest'
import { parseInstant } from '#contract/clock.ts'
import type { PropertyPath, Value } from '#contract/property.ts'
import { type Instant, instant, millis, minutes } from '#contract/time.ts'
import { DEFAULT_CONFIG } from '../../../device/thermostat/config.ts'
import { createThermostatControl } from '../../../device/thermostat/control.ts'
import { planAt, type Schedule } from '../../../device/thermostat/schedule.ts'

const WORKDAYS = [1, 2, 3, 4, 5]
const ALL = [1, 2, 3, 4, 5, 6, 7]
const schedule: Schedule = {
  timeZone: 'Europe/Berlin',
  entries: [
    { weekdays: WORKDAYS, hour: 6, minute: 30, set: { preset: 'comfort' } },
    { weekdays: [6, 7], hour: 8, minute: 0, set: { target: 21.5 } },
    { weekdays: ALL, hour: 22, minute: 0, set: { preset: 'sleep' } },
  ],
}
const at = (text: string): Instant => parseInstant(text) ?? instant(Number.NaN)

// 2030-01-14 is a Monday; Berlin is an hour ahead of UTC in winter.
test.for([
  { now: '2030-01-14T05:29:59Z', since: '2030-01-13T21:00:00Z', to: '2030-01-14T05:30:00Z', set: { preset: 'sleep' } },
  {
    now: '2030-01-14T05:30:00Z',
    since: '2030-01-14T05:30:00Z',
    to: '2030-01-14T21:00:00Z',
    set: { preset: 'comfort' },
  },
  { now: '2030-01-19T06:59:00Z', since: '2030-01-18T21:00:00Z', to: '2030-01-19T07:00:00Z', set: { preset: 'sleep' } },
  { now: '2030-01-19T12:00:00Z', since: '2030-01-19T07:00:00Z', to: '2030-01-19T21:00:00Z', set: { target: 21.5 } },
  // The night in March that is an hour shorter, and the one in October that is an hour longer.
  { now: '2030-03-31T05:59:00Z', since: '2030-03-30T21:00:00Z', to: '2030-03-31T06:00:00Z', set: { preset: 'sleep' } },
  { now: '2030-10-27T06:59:00Z', since: '2030-10-26T20:00:00Z', to: '2030-10-27T07:00:00Z', set: { preset: 'sleep' } },
])('at $now', ({ now, since, to, set }) => {
  const plan = planAt(schedule, at(now), undefined)
  expect(plan).toEqual({ from: at(since), to: at(to), transition: { since: at(since), set } })
  expect(planAt(schedule, at(now), plan)).toBe(plan)
})

test('a time that the spring skips is as much later as the clock went forward', () => {
  const night = { ...schedule, entries: [{ weekdays: ALL, hour: 2, minute: 30, set: { preset: 'eco' } as const }] }
  const { from } = planAt(night, at('2030-03-31T12:00:00Z'), undefined)
  expect(from).toBe(at('2030-03-31T01:30:00Z'))
})

test('a plan with one entry a week, and one with none', () => {
  const sunday = { ...schedule, entries: [{ weekdays: [7], hour: 8, minute: 0, set: { preset: 'comfort' } as const }] }
  const plan = planAt(sunday, at('2030-01-19T12:00:00Z'), undefined)
  expect(plan).toMatchObject({ from: at('2030-01-13T07:00:00Z'), to: at('2030-01-20T07:00:00Z') })
  expect(planAt({ ...schedule, entries: [] }, at('2030-01-19T12:00:00Z'), undefined).transition).toBeUndefined()
})

describe('a thermostat with a plan', () => {
  const control = createThermostatControl({ ...DEFAULT_CONFIG, schedule })
  /** Its life on a wall clock; what it was told at those times, and its preset and target at the end of each. */
  function live(start: string, happenings: readonly (readonly [time: string, path?: PropertyPath, value?: Value])[]) {
    let uptime = 0
    let wall = at(start)
    const now = () => ({ wall, uptime: millis(uptime) })
    let state = control.begin(undefined, now())
    return happenings.map(([time, path, value]) => {
      // The monotonic clock goes on by as much, or by a minute where the wall was set back.
      uptime += Math.max(at(time) - wall, minutes(1))
      wall = at(time)
      state =
        path === undefined || value === undefined
          ? control.tick(state, now()).state
          : control.obey(state, { path, value }, now()).state
      const { 'climate/preset': preset, 'climate/target': target } = control.properties(state, now())
      return `${preset} ${target}`
    })
  }

  test('changes by itself in the morning and at night', () => {
    expect(
      live('2030-01-14T04:00:00Z', [['2030-01-14T05:29:00Z'], ['2030-01-14T05:30:00Z'], ['2030-01-14T21:00:00Z']]),
    ).toEqual(['sleep 17.5', 'comfort 21', 'sleep 17.5'])
  })

  test('keeps what somebody chose until the next transition', () => {
    expect(
      live('2030-01-14T06:00:00Z', [
        ['2030-01-14T07:00:00Z', 'climate/target', 19],
        ['2030-01-14T20:59:00Z'],
        ['2030-01-14T21:00:00Z'],
      ]),
    ).toEqual(['none 19', 'none 19', 'sleep 17.5'])
  })

  test('leaves a hold alone, and takes over the moment it is let go', () => {
    expect(
      live('2030-01-14T06:00:00Z', [
        ['2030-01-14T07:00:00Z', 'climate/hold', { indefinite: true }],
        ['2030-01-14T07:00:01Z', 'climate/target', 16],
        ['2030-01-14T21:30:00Z'],
        ['2030-01-15T07:00:00Z'],
        ['2030-01-15T08:00:00Z', 'climate/hold', {}],
      ]),
    ).toEqual(['comfort 21', 'none 16', 'none 16', 'none 16', 'comfort 21'])
  })

  test('takes over when a hold has run out', () => {
    expect(
      live('2030-01-14T06:00:00Z', [
        ['2030-01-14T19:00:00Z', 'climate/target', 23],
        ['2030-01-14T19:00:01Z', 'climate/hold', { until: '2030-01-14T22:00:00Z' }],
        ['2030-01-14T21:30:00Z'],
        ['2030-01-14T22:00:00Z'],
      ]),
    ).toEqual(['none 23', 'none 23', 'none 23', 'sleep 17.5'])
  })

  test('has no opinion while the clock says 1970, and catches up when it is set', () => {
    expect(live('1970-01-01T00:00:05Z', [['1970-01-01T00:30:00Z'], ['2030-01-14T12:00:00Z']])).toEqual([
      'none 20',
      'comfort 21',
    ])
  })

  test('does not go back to the night for a clock that is set back by a few seconds', () => {
    expect(live('2030-01-14T05:00:00Z', [['2030-01-14T05:30:01Z'], ['2030-01-14T05:29:58Z']])).toEqual([
      'comfort 21',
      'comfort 21',
    ])
  })

  test('a clock that ran a day ahead is believed again when it is set right', () => {
    expect(live('2030-01-14T05:00:00Z', [['2030-01-15T21:30:00Z'], ['2030-01-15T12:00:00Z']])).toEqual([
      'sleep 17.5',
      'comfort 21',
    ])
  })

  test('is on time: its next look is at the transition', () => {
    const now = { wall: at('2030-01-14T05:29:30Z'), uptime: minutes(600) }
    const state = control.begin(undefined, now)
    expect(control.dueAt(state)).toBe(now.uptime + 30_000)
  })

  test('what somebody chose is still there after a power cut, and what the plan changed meanwhile is caught up on', () => {
    const evening = { wall: at('2030-01-14T18:00:00Z'), uptime: minutes(600) }
    const chosen = control.obey(control.begin(undefined, evening), { path: 'climate/target', value: 23 }, evening).state
    const saved = JSON.parse(JSON.stringify(control.saved(chosen)))
    const soon = { wall: at('2030-01-14T18:05:00Z'), uptime: millis(10) }
    expect(control.properties(control.begin(saved, soon), soon)['climate/target']).toBe(23)
    const night = { wall: at('2030-01-14T23:00:00Z'), uptime: millis(10) }
    expect(control.properties(control.begin(saved, night), night)['climate/preset']).toBe('sleep')
  })
})
