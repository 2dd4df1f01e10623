import { expect, test } from 'vitest'
import { DEFAULT_CONFIG } from '../../../device/security/config.ts'
import { createSecurityControl } from '../../../device/security/control.ts'
import { createPanel, type Panel, START } from './panel.ts'

const armed = (mode = 'ARM_AWAY'): Panel => {
  const panel = createPanel()
  panel.order(mode)
  panel.wait(60)
  return panel
}

test('leaving: a minute to go out, then armed; the alarm is for whoever comes through the window', () => {
  const panel = createPanel()
  expect(panel.order('ARM_AWAY')).toEqual({ ok: true })
  expect(panel.now).toBe('arming')
  panel.wait(59)
  expect(panel.now).toBe('arming')
  panel.wait(1)
  expect(panel.now).toBe('armed_away')
  panel.open('kitchen-window')
  expect([panel.now, panel.siren]).toEqual(['triggered', true])
})

test('the last door closed behind somebody arms after five seconds', () => {
  const panel = createPanel()
  panel.order('ARM_AWAY')
  panel.open('front-door')
  panel.wait(3)
  panel.shut('front-door')
  panel.wait(4)
  expect(panel.now).toBe('arming')
  panel.wait(1)
  expect(panel.now).toBe('armed_away')
})

test('somebody who forgot the umbrella gets the time once more, and only once', () => {
  const panel = createPanel()
  panel.order('ARM_AWAY')
  panel.open('front-door')
  panel.wait(50)
  panel.open('front-door')
  panel.shut('front-door')
  panel.open('front-door')
  panel.wait(9)
  expect(panel.now).toBe('arming')
  panel.wait(46)
  panel.shut('front-door')
  panel.open('front-door')
  panel.wait(6)
  expect(panel.now).toBe('disarmed')
  expect(panel.events.at(-1)).toMatchObject({ event_type: 'failed_to_arm', zones: ['front-door'] })
})

test('coming home: the front door opens a delay, the hall may be crossed, and a right code ends it', () => {
  const panel = armed()
  panel.open('front-door')
  expect(panel.now).toBe('pending')
  panel.open('hall-motion')
  expect([panel.now, panel.siren]).toEqual(['pending', false])
  panel.wait(29)
  expect(panel.order('DISARM', 'valid')).toEqual({ ok: true })
  expect(panel.now).toBe('disarmed')
})

test('who does not know the code hears the siren after thirty seconds, for fifteen minutes at most', () => {
  const panel = armed()
  panel.open('front-door')
  panel.wait(30)
  expect([panel.now, panel.siren]).toEqual(['triggered', true])
  panel.open('kitchen-window')
  panel.wait(15 * 60 - 1)
  expect(panel.siren).toBe(true)
  panel.wait(1)
  expect([panel.now, panel.siren]).toEqual(['armed_away', false])
})

test('a window during the entry delay is no resident: alarm at once', () => {
  const panel = armed()
  panel.open('front-door')
  panel.open('back-door')
  expect(panel.now).toBe('triggered')
})

test.for([
  { mode: 'ARM_HOME', zone: 'hall-motion', expected: 'armed_home' },
  { mode: 'ARM_NIGHT', zone: 'hall-motion', expected: 'armed_night' },
  { mode: 'ARM_HOME', zone: 'back-door', expected: 'triggered' },
  { mode: 'ARM_AWAY', zone: 'hall-motion', expected: 'triggered' },
  { mode: 'ARM_VACATION', zone: 'hall-motion', expected: 'triggered' },
])('$mode, then $zone: $expected', ({ mode, zone, expected }) => {
  const panel = armed(mode)
  panel.open(zone)
  expect(panel.now).toBe(expected)
})

test('an open window is said before arming, can be forced, and is left out until disarmed', () => {
  const panel = createPanel()
  panel.open('kitchen-window')
  expect(panel.property('panel/ready')).toMatchObject({ armed_away: false })
  expect(panel.order('ARM_AWAY')).toMatchObject({ ok: false, code: 'open_zones', message: 'open: kitchen-window' })
  expect(panel.order('ARM_AWAY', 'absent', { force: true })).toEqual({ ok: true })
  panel.wait(60)
  expect(panel.now).toBe('armed_away')
  panel.shut('kitchen-window')
  panel.open('kitchen-window')
  expect(panel.now).toBe('armed_away')
  panel.order('DISARM', 'valid')
  expect(panel.property('panel/bypassed')).toEqual([])
})

test('nothing is armed that nobody could disarm, or that has not reported', () => {
  const panel = createPanel()
  expect(panel.order('ARM_AWAY', 'absent', { codeSet: false })).toMatchObject({ code: 'no_code_set' })
  const silent = createPanel(undefined, false)
  expect(silent.order('ARM_AWAY')).toMatchObject({ code: 'not_now' })
})

test('a zone is bypassed only while disarmed: otherwise it would be disarming without a code', () => {
  const panel = createPanel()
  expect(panel.bypass('back-door', true)).toEqual({ ok: true })
  panel.bypass('back-door', false)
  panel.order('ARM_HOME')
  expect(panel.bypass('back-door', true)).toMatchObject({ code: 'not_now' })
  expect(panel.bypass('no-such-zone', true)).toMatchObject({ code: 'unknown_property' })
  panel.open('back-door')
  expect(panel.now).toBe('triggered')
})

test('from one armed mode to another goes through a code', () => {
  const panel = armed()
  expect(panel.order('ARM_HOME')).toMatchObject({ code: 'not_now' })
  expect(panel.now).toBe('armed_away')
})

test('the housing: said while disarmed, an alarm while armed', () => {
  const panel = createPanel()
  panel.hear({ type: 'tamper', open: true })
  expect(panel.now).toBe('disarmed')
  expect(panel.events.at(-1)).toMatchObject({ event_type: 'tamper' })
  const watching = armed()
  watching.hear({ type: 'tamper', open: true })
  expect(watching.now).toBe('triggered')
})

test('the panic button works in every state, and the panel goes back to where it was', () => {
  const panel = createPanel()
  panel.order('TRIGGER')
  expect(panel.siren).toBe(true)
  panel.wait(15 * 60)
  expect(panel.now).toBe('disarmed')
})

test('three wrong codes lock for ninety seconds, then twice as long; a right one is not taken meanwhile', () => {
  const panel = armed()
  const wrong = () => panel.order('DISARM', 'invalid')
  const [first, second, third] = [wrong(), wrong(), wrong()]
  expect([first, second, third].map((ack) => !ack.ok && ack.code)).toEqual([
    'code_refused',
    'code_refused',
    'code_refused',
  ])
  expect(panel.events.at(-1)).toMatchObject({ event_type: 'locked_out', seconds: 90 })
  // Locked, wrong and missing look the same.
  expect(panel.order('DISARM', 'valid')).toEqual(first)
  expect(panel.order('DISARM', 'absent')).toEqual(first)
  panel.wait(89)
  expect(panel.order('DISARM', 'valid').ok).toBe(false)
  panel.wait(1)
  wrong()
  wrong()
  wrong()
  expect(panel.events.at(-1)).toMatchObject({ event_type: 'locked_out', seconds: 180 })
  panel.wait(180)
  expect(panel.order('DISARM', 'valid')).toEqual({ ok: true })
})

test('a code given under duress looks like any other, and tells owners alone', () => {
  const [forced, free] = [armed(), armed()]
  expect(forced.order('DISARM', 'duress')).toEqual(free.order('DISARM', 'valid'))
  expect(forced.now).toBe('disarmed')
  const told = forced.events.filter(({ event_type }) => event_type !== 'duress')
  expect(told).toEqual(free.events)
  // Without a number of its own: a gap in those would tell.
  expect(forced.events).toContainEqual({ event_type: 'duress', at: expect.any(String) })
  expect([forced.state.duress, free.state.duress]).toEqual([1, 0])
})

test.for([{ action: 'EXPLODE' }, { action: '' }, {}])('an order %j that is none is refused as invalid', (more) => {
  const panel = armed()
  expect(panel.order('x', 'valid', more)).toMatchObject({ code: 'invalid' })
  expect(panel.now).toBe('armed_away')
})

test('while somebody leaves, nobody can have less watched without a code, nor begin the delay again', () => {
  const panel = createPanel()
  panel.order('ARM_AWAY')
  panel.wait(50)
  expect(panel.order('ARM_HOME')).toMatchObject({ ok: false, code: 'not_now' })
  expect(panel.order('ARM_VACATION').ok).toBe(true)
  panel.wait(10)
  expect(panel.now).toBe('armed_vacation')
})

test('a siren that cannot be switched is told, until it can', () => {
  const control = createSecurityControl(DEFAULT_CONFIG)
  const mute = control.hear(control.begin(undefined, START), { type: 'siren', obeys: false }, START).state
  expect(control.alerts(mute, START).siren).toMatch(/cannot be switched/)
  const loud = control.hear(mute, { type: 'siren', obeys: true }, START).state
  expect(control.alerts(loud, START).siren).toBeUndefined()
})

const kept = (panel: Panel) => panel.log.map(({ event_type, at: _, seq: __, ...facts }) => [event_type, facts])

test('the log has who armed and disarmed, and from where; the hub hears neither', () => {
  const panel = createPanel()
  panel.wait(1)
  panel.order('ARM_AWAY', 'absent', { from: 'hub' })
  panel.wait(60)
  panel.order('DISARM', 'invalid', { from: 'device' })
  panel.order('DISARM', 'valid', { user: 'Anna', from: 'device' })
  expect(kept(panel)).toEqual([
    ['started', { state: 'disarmed', memory: 'new' }],
    ['arming', { mode: 'armed_away', from: 'hub' }],
    ['armed', { mode: 'armed_away', zones: [] }],
    ['wrong_code', { from: 'device' }],
    ['disarmed', { user: 'Anna', from: 'device' }],
  ])
  expect(panel.events.map(({ event_type, seq }) => [event_type, seq])).toEqual([
    ['armed', 1],
    ['wrong_code', 2],
    ['disarmed', 3],
  ])
  expect(JSON.stringify(panel.events)).not.toMatch(/Anna|device/)
})

test('under duress the log has one entry more, with whose code it was', () => {
  const panel = armed()
  const before = panel.log.length
  panel.order('DISARM', 'duress', { user: 'Ben', from: 'device' })
  expect(kept(panel).slice(before)).toEqual([
    ['disarmed', { user: 'Ben', from: 'device' }],
    ['duress', { user: 'Ben', from: 'device' }],
  ])
  expect(JSON.stringify(panel.events)).not.toContain('Ben')
})

test('the log has what the hub is shown as properties alone: zones left out, the housing, zones that say nothing, the siren', () => {
  const panel = createPanel(DEFAULT_CONFIG, false)
  panel.bypass('hall-motion', true)
  panel.bypass('hall-motion', true)
  panel.bypass('hall-motion', false)
  panel.hear({ type: 'tamper', open: true })
  panel.hear({ type: 'tamper', open: false })
  panel.shut('front-door')
  panel.wait(60)
  panel.shut('back-door')
  panel.hear({ type: 'siren', obeys: false })
  panel.hear({ type: 'siren', obeys: true })
  expect(kept(panel).slice(1)).toEqual([
    ['bypassed', { zones: ['hall-motion'] }],
    ['bypass_ended', { zones: ['hall-motion'] }],
    ['tamper', {}],
    ['tamper_restored', {}],
    ['zones_silent', { zones: ['back-door', 'kitchen-window', 'hall-motion'] }],
    ['zone_heard', { zones: ['back-door'] }],
    ['siren_fault', {}],
    ['siren_restored', {}],
  ])
  expect(panel.events.map(({ event_type }) => event_type)).toEqual(['tamper'])
})

test('an alarm that came due while there was no power is in the log, and told', () => {
  const panel = armed()
  panel.open('front-door')
  const [events, entries] = [panel.events.length, panel.log.length]
  panel.powerCut(60)
  expect(panel.now).toBe('triggered')
  expect(kept(panel).slice(entries)).toEqual([
    ['started', { state: 'pending', memory: 'kept' }],
    ['triggered', { zones: ['front-door'] }],
  ])
  expect(panel.events.slice(events)).toMatchObject([{ event_type: 'triggered', zones: ['front-door'] }])
})
