import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KINDS, type Kind } from '#contract/ids.ts'
import { UsageError } from '#contract/settings.ts'
import { minutes, seconds } from '#contract/time.ts'
import { parseBoard } from '../../../device/wiring/board.ts'
import { parseDays } from '../../../device/wiring/week.ts'
import { readWiring } from '../../../device/wiring/wiring.ts'
import { readYaml } from '../../../device/wiring/yaml.ts'

const HALL = `
name: Hall
wiring:
  sensor: { type: ds18b20 }
  heat: { pin: 17, active: low }
  warmer: { pin: 5 }
  window: { pin: 13 }
  display: { type: lcd }
behaviour:
  regulator: tpi
  rests: { min-on-seconds: 60, min-off-seconds: 300 }
  schedule:
    time-zone: Europe/Berlin
    week:
      - { days: mon-fri, at: "06:30", preset: comfort }
      - { days: [sat, sun], at: "08:00", target: 21.5 }
`

const TOASTER = `
wiring:
  heater: { pin: 17, active: high, feedback: { pin: 27 } }
  carriage: { pin: 22 }
  magnet: { pin: 23, active: high }
  cancel: { pin: 24 }
  case: { type: ntc, channel: 0 }
  knob: { type: ads1115, channel: 1 }
`

const PANEL = `
wiring:
  zones:
    - { id: front-door, name: Front door, sensor: door, pin: 5, entry: true }
    - { id: hall, name: Hall, sensor: motion, pin: 6, interior: true, pull: down }
  siren: { pin: 17, active: high }
  keypad: { type: matrix, rows: [12, 16, 20, 21], columns: [18, 23, 24, 25] }
behaviour: { exit-delay-seconds: 45, entry-delay-seconds: 40, siren-minutes: 5 }
`

const FILES: Readonly<Record<Kind, string>> = { thermostat: HALL, toaster: TOASTER, security: PANEL }

const read = (text: string, kind: Kind = 'thermostat') =>
  readWiring(readYaml(text, 'hall.yaml'), { kind, file: 'hall.yaml' })

/** What the device says when it is given `text`, without what all such lines begin with. */
function refusal(text: string, kind: Kind): string {
  try {
    read(text, kind)
  } catch (error) {
    if (error instanceof UsageError) return error.message.replace(/^Cannot use hall\.yaml /, '')
    throw error
  }
  return 'none'
}

test('a thermostat is read with its regulator, its rests and its week', () => {
  const wiring = read(HALL)
  expect(wiring).toMatchObject({
    kind: 'thermostat',
    name: 'Hall',
    parts: {
      sensor: { type: 'ds18b20' },
      heat: { pin: 17, active: 0 },
      warmer: { pin: 5, active: 0, pull: 'up' },
      window: { pin: 13, active: 1, pull: 'up' },
      display: { type: 'lcd', address: 0x27 },
    },
    behaviour: {
      regulator: { type: 'tpi', perKelvin: 0.6, cycle: minutes(10) },
      rests: { minOn: seconds(60), minOff: seconds(300) },
      schedule: {
        timeZone: 'Europe/Berlin',
        entries: [
          { weekdays: [1, 2, 3, 4, 5], hour: 6, minute: 30, set: { preset: 'comfort' } },
          { weekdays: [6, 7], hour: 8, minute: 0, set: { target: 21.5 } },
        ],
      },
    },
  })
})

test('one time on different days, and different times on one day, are no clash', () => {
  const week = (second: string) => HALL.replace('{ days: [sat, sun], at: "08:00", target: 21.5 }', second)
  expect(() => read(week('{ days: [sat, sun], at: "06:30", target: 21.5 }'))).not.toThrow()
  expect(() => read(week('{ days: mon-fri, at: "06:31", target: 21.5 }'))).not.toThrow()
})

test('a toaster is read with the second contact of its heater, and two inputs of one converter', () => {
  expect(read(TOASTER, 'toaster')).toMatchObject({
    parts: {
      heater: { pin: 17, active: 1, feedback: { pin: 27, active: 0 } },
      carriage: { pin: 22, active: 0 },
      case: { type: 'ntc', address: 0x48, channel: 0, beta: 3950 },
      knob: { address: 0x48, channel: 1 },
    },
    behaviour: { leverStarts: false },
  })
})

test('a panel is read with its zones and delays', () => {
  expect(read(PANEL, 'security')).toMatchObject({
    parts: {
      zones: [
        { zone: { id: 'front-door', name: 'Front door', sensor: 'door', entry: true }, input: { pin: 5, active: 1 } },
        { zone: { id: 'hall', sensor: 'motion', interior: true }, input: { pin: 6, pull: 'down' } },
      ],
    },
    behaviour: { exitDelay: seconds(45), entryDelay: seconds(40), sirenTime: minutes(5) },
  })
})

interface Mistake {
  readonly kind?: Kind
  readonly what: string
  readonly from: string
  readonly to: string
  readonly says: string
}

test.for<Mistake>([
  {
    what: 'two entries of one minute',
    from: '{ days: [sat, sun], at: "08:00", target: 21.5 }',
    to: '{ days: [fri, sat], at: "06:30", target: 21.5 }',
    says: 'at "behaviour.schedule.week.1" as a minute must have one entry: got fri 06:30, which "behaviour.schedule.week.0" has',
  },
  {
    what: 'a pin with two users',
    from: 'warmer: { pin: 5 }',
    to: 'warmer: { pin: 17 }',
    says: 'at "wiring.warmer" as a pin must have one user: got 17, which "wiring.heat" has',
  },
  {
    what: 'a pin that the board lacks',
    from: 'pin: 5',
    to: 'pin: 28',
    says: 'at "wiring.warmer" as its pin must be one of GPIO0 to GPIO27: got 28',
  },
  {
    what: 'a pin of the I2C bus that a display is on',
    from: 'pin: 5',
    to: 'pin: 3',
    says: 'at "wiring.warmer" as GPIO2 and GPIO3 must be left to the I2C bus of "wiring.display": got 3',
  },
  {
    what: 'the pin of the 1-Wire bus',
    from: 'pin: 5',
    to: 'pin: 4',
    says: 'at "wiring.warmer" as GPIO4 must be left to the 1-Wire bus of "wiring.sensor": got 4',
  },
  {
    what: 'a heater that is on until the agent runs',
    from: 'pin: 17, active: low',
    to: 'pin: 7, active: high',
    says: 'at "wiring.heat" as what is active high must be at GPIO9 to GPIO27, which are low until the agent runs: got 7',
  },
  {
    what: 'a relay without its active level',
    from: ', active: low',
    to: '',
    says: 'at "wiring.heat.active" as it must be low or high, the level at the pin that switches it on: got nothing',
  },
  {
    what: 'an unknown sensor',
    from: 'ds18b20',
    to: 'dht11',
    says: 'at "wiring.sensor.type" as it must have a type, one of ds18b20, bme280, iio, hwmon: got "dht11"',
  },
  {
    what: 'no sensor',
    from: '  sensor: { type: ds18b20 }\n',
    to: '',
    says: 'at "wiring.sensor" as it must have a type, one of ds18b20, bme280, iio, hwmon: got nothing',
  },
  {
    what: 'no relay at all',
    from: '  heat: { pin: 17, active: low }\n',
    to: '',
    says: 'at "wiring" as it must have a relay: heat, cool or both: got settings',
  },
  {
    what: 'an unknown key',
    from: 'heat:',
    to: 'heet:',
    says: 'at "wiring.heet" as it must be one of the settings sensor, outside, heat, cool, warmer, colder, window, led, setup-key, display: got "heet"',
  },
  {
    what: 'a pin with a name',
    from: 'pin: 17',
    to: 'pin: GPIO17',
    says: 'at "wiring.heat.pin" as it must be the number of a pin, such as 17 for GPIO17: got "GPIO17"',
  },
  {
    what: 'an unknown time zone',
    from: 'Berlin',
    to: 'Berlyn',
    says: 'at "behaviour.schedule.time-zone" as it must be a time zone such as Europe/Berlin: got "Europe/Berlyn"',
  },
  {
    what: 'a day that is none',
    from: 'mon-fri',
    to: 'mo-fr',
    says: 'at "behaviour.schedule.week.0.days.0" as it must be daily, or days and spans such as mon-fri or [mon, wed, sat-sun]: got "mo-fr"',
  },
  {
    what: 'a time that is none',
    from: '"06:30"',
    to: '"24:00"',
    says: 'at "behaviour.schedule.week.0.at" as it must be a time such as "06:30", from "00:00" to "23:59": got "24:00"',
  },
  {
    what: 'a target that no room has',
    from: '21.5',
    to: '215',
    says: 'at "behaviour.schedule.week.1.target" as it must be 5 to 35 °C: got 215',
  },
  {
    what: 'an entry that sets nothing',
    from: ', preset: comfort',
    to: '',
    says: 'at "behaviour.schedule.week.0" as it must have a preset or a target: got settings',
  },
  {
    what: 'a rest of no time',
    from: 'min-on-seconds: 60',
    to: 'min-on-seconds: 0',
    says: 'at "behaviour.rests.min-on-seconds" as it must be 10 to 3600 seconds: got 0',
  },
  {
    what: 'an unknown regulator',
    from: 'tpi',
    to: 'fuzzy',
    says: 'at "behaviour.regulator" as it must be one of hysteresis, tpi, pi, or settings with such a type: got "fuzzy"',
  },
  {
    what: 'a board that is none',
    from: 'name: Hall',
    to: 'board: arduino',
    says: 'at "board" as it must be linux, simulated or firmata:<port>, such as firmata:/dev/ttyACM0: got "arduino"',
  },
  {
    what: 'no YAML',
    from: 'name: Hall',
    to: 'name: "Hall',
    says: 'at line 2 as it must be YAML: Missing closing "quote',
  },
  {
    what: 'the same key twice',
    from: 'window:',
    to: 'heat:',
    says: 'at line 7 as it must be YAML: Map keys must be unique',
  },
  { what: 'an empty file', from: HALL, to: '', says: 'as it must be settings, one a line: got nothing' },
  {
    kind: 'toaster',
    what: 'neither magnet nor servo',
    from: '  magnet: { pin: 23, active: high }\n',
    to: '',
    says: 'at "wiring" as it must have a magnet or a servo, one of them: got settings',
  },
  {
    kind: 'toaster',
    what: 'a servo at a pin without PWM',
    from: 'magnet: { pin: 23, active: high }',
    to: 'servo: { pin: 23 }',
    says: 'at "wiring.servo" as a servo must be at a pin with PWM, 12, 13, 18, 19: got 23',
  },
  {
    kind: 'toaster',
    what: 'no way to end a cycle',
    from: '  cancel: { pin: 24 }\n',
    to: '',
    says: 'at "wiring" as it must have a cancel key: got settings',
  },
  {
    kind: 'toaster',
    what: 'one input of a converter for two things',
    from: 'channel: 1',
    to: 'channel: 0',
    says: 'at "wiring.knob" as an address must have one user: got 0x48, which "wiring.case" has',
  },
  {
    kind: 'toaster',
    what: 'the pin of a second contact that is another part',
    from: 'feedback: { pin: 27 }',
    to: 'feedback: { pin: 24 }',
    says: 'at "wiring.cancel" as a pin must have one user: got 24, which "wiring.heater.feedback" has',
  },
  {
    kind: 'security',
    what: 'a zone whose id another has',
    from: 'id: hall',
    to: 'id: front-door',
    says: 'at "wiring.zones" as it must have another id each: got a list of 2',
  },
  {
    kind: 'security',
    what: 'a zone whose id is a node of the panel itself',
    from: 'id: hall',
    to: 'id: panel',
    says: 'at "wiring.zones.1.id" as it must be an id of lower-case letters, digits and hyphens, such as front-door: got "panel"',
  },
  {
    kind: 'security',
    what: 'a row of the keypad that is a zone',
    from: 'rows: [12,',
    to: 'rows: [6,',
    says: 'at "wiring.keypad.rows.0" as a pin must have one user: got 6, which "wiring.zones.1" has',
  },
  {
    kind: 'security',
    what: 'a keypad of three columns',
    from: ', 25]',
    to: ']',
    says: 'at "wiring.keypad.columns" as it must be four pins: got a list of 3',
  },
  {
    kind: 'security',
    what: 'a delay that is longer than any may be',
    from: 'entry-delay-seconds: 40',
    to: 'entry-delay-seconds: 400',
    says: 'at "behaviour.entry-delay-seconds" as it must be 10 to 240 seconds: got 400',
  },
])('$what is refused: $says', ({ kind = 'thermostat', from, to, says }) => {
  const file = FILES[kind]
  expect(file).toContain(from)
  expect(refusal(file.replace(from, to), kind)).toBe(says)
})

test('what an Arduino may do at a pin is its own', () => {
  const board = parseBoard('firmata:/dev/ttyACM0')
  const onArduino = (text: string) =>
    readWiring(readYaml(text, 'hall.yaml'), { kind: 'thermostat', file: 'hall.yaml', board })
  expect(() => onArduino(HALL.replace('pin: 5', 'pin: 45'))).not.toThrow()
  expect(() => onArduino(HALL.replace('pin: 5', 'pin: 1'))).toThrow("one of the Arduino's 2 to 69: got 1")
})

test.for([
  { text: 'daily', days: [1, 2, 3, 4, 5, 6, 7] },
  { text: 'wed', days: [3] },
  { text: 'sat-mon', days: [6, 7, 1] },
  { text: 'mon-', days: undefined },
  { text: 'mon-tue-wed', days: undefined },
  { text: '', days: undefined },
])('the days of "$text" are $days', ({ text, days }) => {
  expect(parseDays(text)).toEqual(days)
})

test('whatever a file holds, it is taken or refused in one line', () => {
  const part = fc.dictionary(
    fc.constantFrom('pin', 'active', 'type', 'address', 'channel', 'rows', 'columns', 'feedback', 'id', 'name'),
    fc.oneof(fc.constantFrom<unknown>(17, 'high', 'ds18b20', 'ntc', 'matrix', 0x27, [12, 16, 20, 21]), fc.jsonValue()),
  )
  const keys = ['sensor', 'heat', 'heater', 'carriage', 'zones', 'siren', 'keypad', 'display', 'case', 'cancel']
  const wiring = fc.dictionary(fc.constantFrom(...keys), fc.oneof(part, fc.array(part), fc.jsonValue()))
  const file = fc.oneof(
    fc.jsonValue(),
    fc.record({ wiring: fc.oneof(wiring, fc.jsonValue()), behaviour: fc.jsonValue() }, { requiredKeys: ['wiring'] }),
  )
  fc.assert(
    fc.property(file, fc.constantFrom(...KINDS), (input, kind) => {
      try {
        readWiring(input, { kind, file: 'hall.yaml' })
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError)
        expect(String(error)).not.toContain('\n')
      }
    }),
    { numRuns: 500 },
  )
})
