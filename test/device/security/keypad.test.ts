// The keypad at the door.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { emptyKeypad, KEYPAD_KEYS, type KeypadState, press } from '../../../device/security/keypad.ts'
import { startHome } from '../../../simulator/home.ts'

/** Types `keys`, one each `every`, and tells the commands. */
function typed(keys: string, every: Millis = millis(300)) {
  let state: KeypadState = emptyKeypad
  const commands: unknown[] = []
  ;[...keys].forEach((key, index) => {
    const pressed = press(state, key, millis(index * every))
    state = pressed.state
    if (pressed.command !== undefined) commands.push(pressed.command.value)
  })
  return { state, commands }
}

test.for([
  { keys: '74656#', gives: { action: 'DISARM', code: '74656' } },
  // Codes are strings: a leading zero counts.
  { keys: '00123#', gives: { action: 'DISARM', code: '00123' } },
  { keys: '#', gives: { action: 'DISARM' } },
  { keys: 'A', gives: { action: 'ARM_AWAY' } },
  { keys: '74656B', gives: { action: 'ARM_HOME', code: '74656' } },
  { keys: 'C', gives: { action: 'ARM_NIGHT' } },
  { keys: 'D', gives: { action: 'TRIGGER' } },
  { keys: '99*74656#', gives: { action: 'DISARM', code: '74656' } },
  // Whoever leans on it and then types the code gets in: the last eight count.
  { keys: '111111111112345678#', gives: { action: 'DISARM', code: '12345678' } },
])('$keys', ({ keys, gives }) => {
  expect(typed(keys).commands).toEqual([gives])
})

test('half a code is forgotten after ten seconds, and does not spoil the next', () => {
  const { state } = typed('746')
  expect(press(state, '5', millis(600 + seconds(10))).state.typed).toBe('7465')
  expect(press(state, '5', millis(601 + seconds(10))).state.typed).toBe('5')
})

test('whatever is pressed, nothing of it stays once there is a command', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...KEYPAD_KEYS, 'F1', '')),
      fc.constantFrom('#', 'A', 'B', 'C', 'D'),
      (keys, last) => {
        const { state } = typed(keys.join('') + last)
        expect(state).toEqual(emptyKeypad)
      },
    ),
  )
})

describe('with the hub gone', () => {
  test('a person comes home, is let off by the keypad, and a stranger is locked out', async () => {
    await using home = await startHome({ devices: ['security'] })
    await home.security.arm('ARM_AWAY')
    await home.advance('2m')
    expect(home.security.state).toBe('armed_away')
    await home.faults.hub.kill()

    home.security.hardware.openZone('front-door')
    await home.advance('5s')
    expect(home.security.state).toBe('pending')
    expect(await home.security.hardware.type(`${home.security.code}#`)).toEqual({ ok: true })
    await home.advance('1s')
    expect(home.security.state).toBe('disarmed')
    home.security.hardware.closeZone('front-door')

    await home.security.hardware.type('A')
    await home.advance('2m')
    expect(home.security.state).toBe('armed_away')
    for (const guess of ['11111#', '22222#', '33333#']) {
      expect(await home.security.hardware.type(guess)).toMatchObject({ ok: false, code: 'code_refused' })
    }
    // The right one is not looked at either, for ninety seconds.
    expect(await home.security.hardware.type(`${home.security.code}#`)).toMatchObject({ ok: false })
    await home.advance('91s')
    expect(await home.security.hardware.type(`${home.security.code}#`)).toEqual({ ok: true })
  })
})
