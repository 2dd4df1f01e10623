import { expect, test } from 'vitest'
import { parseDeviceId } from '#contract/ids.ts'
import { padded } from '../../../device/display/display.ts'
import { type Facts, linesOf, type Properties } from '../../../device/display/lines.ts'
import type { Status } from '../../../device/status.ts'
import { createPairing } from './pairing.ts'

const LCD = { columns: 16, rows: 2 }
const OLED = { columns: 21, rows: 8 }

const device = parseDeviceId('thermostat-k3f9ab', 'a test')
const ONLINE: Status = { phase: 'online', device }
const OFFLINE: Status = { phase: 'offline', because: 'no answer' }
const PAIRING = createPairing('latchkey.home.example:8443')

const ROOM: Properties = {
  'climate/current': 21.4,
  'climate/target': 22,
  'climate/target-low': 19,
  'climate/target-high': 25,
  'climate/mode': 'heat',
  'climate/action': 'heating',
  'health/status': 'ok',
}
const SHADE: Properties = {
  'cycle/state': 'heating',
  'cycle/remaining': 65,
  'cycle/program': 'bread',
  'cycle/browning': 4,
}
const HOUSE: Properties = { 'panel/state': 'disarmed', 'panel/open': [], 'panel/tamper': false }

interface Row {
  readonly what: string
  readonly kind: Facts['kind']
  readonly status?: Status
  readonly properties: Properties
  readonly shows: readonly string[]
}

test.for<Row>([
  { what: 'a room that is heated', kind: 'thermostat', properties: ROOM, shows: ['21.4° > 22.0°', 'heating'] },
  {
    what: 'a room with two targets',
    kind: 'thermostat',
    properties: { ...ROOM, 'climate/mode': 'heat_cool', 'climate/action': 'idle' },
    shows: ['21.4° 19.0-25.0°', 'idle'],
  },
  {
    what: 'a room that is left alone',
    kind: 'thermostat',
    properties: { ...ROOM, 'climate/mode': 'off', 'climate/action': 'off' },
    shows: ['21.4°', 'off'],
  },
  {
    what: 'a sensor that fails',
    kind: 'thermostat',
    properties: { ...ROOM, 'health/status': 'sensor-fault' },
    shows: ['21.4° > 22.0°', 'sensor-fault'],
  },
  {
    what: 'a hub that is away',
    kind: 'thermostat',
    status: OFFLINE,
    properties: ROOM,
    shows: ['21.4° > 22.0°', 'heating  offline'],
  },
  {
    what: 'a hub that is away where something is worse',
    kind: 'thermostat',
    status: OFFLINE,
    properties: { ...ROOM, 'health/status': 'heat-failure' },
    shows: ['21.4° > 22.0°', 'heat-failure'],
  },
  {
    what: 'nothing known yet',
    kind: 'thermostat',
    status: { phase: 'starting' },
    properties: {},
    shows: ['-- > --', ''],
  },
  { what: 'a slice', kind: 'toaster', properties: SHADE, shows: ['heating 1:05', 'bread 4'] },
  {
    what: 'warm bread',
    kind: 'toaster',
    properties: { ...SHADE, 'cycle/state': 'keep_warm', 'cycle/remaining': 0 },
    shows: ['keep warm', 'bread 4'],
  },
  { what: 'a house that is ready', kind: 'security', properties: HOUSE, shows: ['disarmed', 'ready'] },
  {
    what: 'an open house, without saying where',
    kind: 'security',
    properties: { ...HOUSE, 'panel/open': ['kitchen-window', 'front-door'] },
    shows: ['disarmed', '2 open'],
  },
  {
    what: 'a house that is watched, and nothing of its zones',
    kind: 'security',
    properties: { ...HOUSE, 'panel/state': 'armed_away', 'panel/open': ['kitchen-window'] },
    shows: ['armed away', ''],
  },
  { what: 'an alarm', kind: 'security', properties: { 'panel/state': 'triggered' }, shows: ['ALARM', ''] },
  {
    what: 'a code',
    kind: 'toaster',
    status: PAIRING,
    properties: SHADE,
    shows: ['WDJB-MJHT', 'latchkey.home.example:8443/pair'],
  },
])('two lines of sixteen show $what: $shows', ({ kind, status = ONLINE, properties, shows }) => {
  expect(linesOf({ kind, name: 'Hall', status, properties }, LCD)).toEqual(shows)
})

test('eight lines of twenty-one have room for the whole address', () => {
  const lines = padded(linesOf({ kind: 'thermostat', name: 'Hall', status: PAIRING, properties: ROOM }, OLED), OLED)
  expect(lines.map((line) => line.trimEnd())).toEqual([
    'Hall',
    '',
    'Open',
    'latchkey.home.example',
    ':8443/pair',
    'and type',
    '',
    '  WDJB-MJHT',
  ])
})

test('a line is cut where the screen ends, and leaves nothing of the one before', () => {
  expect(padded(['a much too long line of words'], LCD)).toEqual(['a much too long ', '                '])
})
