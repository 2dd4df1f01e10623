import { expect, test } from 'vitest'
import { pinWiringsOf } from '../../../../device/board/parts/pin-wirings.ts'
import { wiringOf } from '../wired.ts'

test('an output is left at the level that switches it off, an input without its bounces and with its pull, a row without push', () => {
  const { parts } = wiringOf(
    'security',
    `
wiring:
  zones:
    - { id: door, name: Door, sensor: door, pin: 5, debounce-ms: 50 }
    - { id: hall, name: Hall, sensor: motion, pin: 7, pull: none }
  siren: { pin: 17, active: low }
  buzzer: { pin: 27, active: high }
  keypad: { type: matrix, rows: [12, 16, 20, 21], columns: [18, 23, 24, 25] }
  armed-led: { pin: 22 }
`,
  )
  expect(Object.fromEntries(pinWiringsOf(parts))).toEqual({
    5: { debounceMicros: 50_000, bias: 'up' },
    7: { debounceMicros: 20_000, bias: 'none' },
    17: { safe: 1 },
    27: { safe: 0 },
    ...Object.fromEntries([12, 16, 20, 21].map((pin) => [pin, { drive: 'open_drain' }])),
  })
})
