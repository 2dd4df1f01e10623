// What is wrong with a scenario is said at its place in the file, all of it, with what is allowed, before anything runs.
import { expect, test } from 'vitest'
import { checkScenario, readScenario, ScenarioError } from '../../../simulator/scenario/read.ts'

/** Its lines 3 and on; a whole file where `alone`. A line of `says` that ends in … is its beginning. */
interface Case {
  readonly what: string
  readonly text: string
  readonly alone?: true
  readonly says: readonly string[]
}

const FRAME = 'name: A night\nfor: 8h\n'

const FILE: readonly Case[] = [
  {
    what: 'an empty file',
    text: '',
    alone: true,
    says: ['1:1: must have keys such as name, story, seed: got nothing'],
  },
  { what: 'a list', text: '- a', alone: true, says: ['1:1: must have keys: got a list'] },
  {
    what: 'a key without a value',
    text: 'name: x\nfor:\n',
    alone: true,
    says: ['2:1: for must be a length of time like 8h, 2h30m or 45s: got nothing'],
  },
  { what: 'no name', text: 'for: 8h\n', alone: true, says: ['1:1: name is missing'] },
  {
    what: 'a key that there is not',
    text: 'stpes: []',
    says: ['3:1: stpes is not known here: it must be one of name, story, seed, home, for, steps, expect'],
  },
  {
    what: 'a key of the home that there is not',
    text: 'home: { hose: flat-2000 }',
    says: [
      '3:9: home.hose is not known here: it must be one of devices, house, zone, start, weather, indoors, people, pet, tokens',
    ],
  },
  { what: 'a key twice', text: 'name: again', says: ['3:1: must not say the same key twice'] },
  {
    what: 'a bracket that is not closed',
    text: 'home: { house: [flat }',
    says: [
      '3:22: cannot be read as YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      '3:23: cannot be read as YAML: Flow map in block collection must be sufficiently indented and end with a }',
    ],
  },
  {
    what: 'a tab',
    text: 'name: x\n	for: 8h\n',
    alone: true,
    says: ['2:1: cannot be read as YAML: Tabs are not allowed as indentation'],
  },
  {
    what: 'an alias of nothing',
    text: 'story: *nobody',
    says: ['1:1: cannot be read as YAML: Unresolved alias (the anchor must be set before the alias): nobody'],
  },
  { what: 'a tag', text: 'story: !secret abc', says: ['3:8: cannot be read as YAML: Unresolved tag: !secret'] },
  {
    what: 'aliases of aliases of aliases',
    text: 'a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]\n',
    alone: true,
    says: ['1:1: cannot be read as YAML: Excessive alias count indicates a resource exhaustion attack'],
  },
  {
    what: 'two scenarios in one file',
    text: '---\nname: b',
    says: ['3:1: must be one scenario: another begins here, after ---'],
  },
]

const HOME: readonly Case[] = [
  {
    what: 'a unit that is spelled out',
    text: 'name: x\nfor: 8 hours\n',
    alone: true,
    says: ['2:1: for must be a length of time like 8h, 2h30m or 45s: got "8 hours"'],
  },
  {
    what: 'a run of no length',
    text: 'name: x\nfor: 0s\n',
    alone: true,
    says: ['2:1: for must be from 1s to 400d: got "0s"'],
  },
  {
    what: 'a run of eleven years',
    text: 'name: x\nfor: 100000h\n',
    alone: true,
    says: ['2:1: for must be from 1s to 400d: got "100000h"'],
  },
  {
    what: 'a length without a unit',
    text: 'name: x\nfor: 8\n',
    alone: true,
    says: ['2:1: for must be a length of time like 8h, 2h30m or 45s: got 8'],
  },
  { what: 'half a seed', text: 'seed: 1.5', says: ['3:1: seed must be a whole number: got 1.5'] },
  { what: 'a seed in words', text: 'seed: random', says: ['3:1: seed must be a whole number: got "random"'] },
  {
    what: 'a device that nobody makes',
    text: 'home: { devices: [fridge] }',
    says: ['3:19: home.devices[0] must be one of thermostat, toaster, security: got "fridge"'],
  },
  { what: 'a home without devices', text: 'home: { devices: [] }', says: ['3:9: home.devices must have a device'] },
  {
    what: 'a house that there is not',
    text: 'home: { house: villa }',
    says: ['3:9: home.house must be one of terraced-1990, detached-1930, flat-2000, low-energy: got "villa"'],
  },
  {
    what: 'a time zone that there is not',
    text: 'home: { zone: Mars/Olympus }',
    says: ['3:9: home.zone must be a time zone like Europe/London: got Mars/Olympus'],
  },
  {
    what: 'a day in words',
    text: 'home: { start: tomorrow }',
    says: ['3:9: home.start must be a local time like 2030-01-14 18:00: got "tomorrow"'],
  },
  {
    what: '30 February',
    text: 'home: { start: 2030-02-30 06:00 }',
    says: ['3:9: home.start must be a time of the calendar: got 2030-02-30 06:00'],
  },
  {
    what: 'a time that the clocks skip',
    text: 'home: { zone: Europe/Berlin, start: 2030-03-31 02:30 }',
    says: ['3:30: home.start must be a time that comes: in Europe/Berlin the clocks skip 2030-03-31 02:30'],
  },
  {
    what: "25 o'clock",
    text: 'home: { start: 2030-02-03 25:00 }',
    says: ['3:9: home.start must be a time of the calendar: got 2030-02-03 25:00'],
  },
  {
    what: 'a weather that is misspelled',
    text: 'home: { weather: { celcius: 4 } }',
    says: ['3:9: home.weather must be {celsius: -5}, {mean: 4, swing: 6} or {file: some.epw}: got {celcius}'],
  },
  {
    what: 'a swing of 100 K',
    text: 'home: { weather: { mean: 4, swing: 100 } }',
    says: ['3:29: home.weather.swing must be a number from 0 to 30 K: got 100'],
  },
  {
    what: 'weather in a word',
    text: 'home: { weather: cold }',
    says: ['3:9: home.weather must be {celsius: -5}, {mean: 4, swing: 6} or {file: some.epw}: got "cold"'],
  },
  {
    what: 'two weathers at once',
    text: 'home: { weather: { mean: 4, celsius: 2 } }',
    says: ['3:9: home.weather must be {celsius: -5}, {mean: 4, swing: 6} or {file: some.epw}: got {mean, celsius}'],
  },
  { what: 'nine people', text: 'home: { people: 9 }', says: ['3:9: home.people must be a number from 0 to 6: got 9'] },
]

const STEP: readonly Case[] = [
  {
    what: 'a step at the very end',
    text: 'steps: [{ at: +8h, do: { hub: kill } }]',
    says: ['3:11: steps[0].at never comes: the run lasts 8h'],
  },
  {
    what: 'every, from before the start',
    text: 'steps: [{ every: 1h, from: day 1 05:00, do: { hub: kill } }]',
    says: ['3:22: steps[0].from comes before the start'],
  },
  {
    what: 'every, until after the end',
    text: 'steps: [{ every: 1h, until: +9h, do: { hub: kill } }]',
    says: ['3:22: steps[0].until comes after the end: the run lasts 8h'],
  },
  { what: 'nothing to do', text: 'steps: [{ at: 22:00 }]', says: ['3:9: steps[0].do is missing'] },
  {
    what: 'no time',
    text: 'steps: [{ do: { target: 20 } }]',
    says: ['3:9: steps[0] must have exactly one of at, every, when: got none'],
  },
  {
    what: 'two times',
    text: 'steps: [{ at: 22:00, every: 1h, do: { target: 20 } }]',
    says: ['3:9: steps[0] must have exactly one of at, every, when: got at and every'],
  },
  {
    what: 'a step at 25:00',
    text: 'steps: [{ at: 25:00, do: { target: 20 } }]',
    says: ['3:11: steps[0].at must be a time like 22:00, day 2 07:30, or +2h after the start: got "25:00"'],
  },
  {
    what: 'day 0',
    text: 'steps: [{ at: day 0 22:00, do: { target: 20 } }]',
    says: ['3:11: steps[0].at must be a time like 22:00, day 2 07:30, or +2h after the start: got "day 0 22:00"'],
  },
  {
    what: 'an action that there is not',
    text: 'steps: [{ at: 12:00, do: { targt: 20 } }]',
    says: ['3:28: steps[0].do.targt is not known here: it must be one of target…'],
  },
  {
    what: 'the same in a list',
    text: 'steps: [{ at: 12:00, do: [{ target: 20 }, { targt: 20 }] }]',
    says: ['3:45: steps[0].do[1].targt is not known here: it must be one of target…'],
  },
  {
    what: 'two things in one action',
    text: 'steps: [{ at: 12:00, do: { target: 20, mode: heat } }]',
    says: ['3:22: steps[0].do must do exactly one thing, write a list for more: got target and mode'],
  },
  {
    what: 'an empty list of actions',
    text: 'steps: [{ at: 12:00, do: [] }]',
    says: ['3:22: steps[0].do must be one action, or a list of them'],
  },
  {
    what: 'a target of 50 °C',
    text: 'steps: [{ at: 12:00, do: { target: 50 } }]',
    says: ['3:28: steps[0].do.target must be a number from 5 to 35 °C: got 50'],
  },
  {
    what: 'a number in quotes',
    text: "steps: [{ at: 12:00, do: { target: '20' } }]",
    says: ['3:28: steps[0].do.target must be a number from 5 to 35 °C: got "20"'],
  },
  {
    what: 'a mode that there is not',
    text: 'steps: [{ at: 12:00, do: { mode: warm } }]',
    says: ['3:28: steps[0].do.mode must be one of off, heat, cool, heat_cool: got "warm"'],
  },
  {
    what: 'a fault that there is not',
    text: 'steps: [{ at: 12:00, do: { sensor: broken } }]',
    says: [
      '3:28: steps[0].do.sensor must be stuck, silent, nan, mended, {says: 85} or {drifting: 2} (K an hour): got "broken"',
    ],
  },
  {
    what: 'a sensor that says a word',
    text: 'steps: [{ at: 12:00, do: { sensor: { says: hot } } }]',
    says: ['3:38: steps[0].do.sensor.says must be a number from -1000 to 1000 °C: got "hot"'],
  },
  {
    what: 'a delay without a unit',
    text: 'steps: [{ at: 12:00, do: { line: { thermostat: { delay: 2 } } } }]',
    says: ['3:50: steps[0].do.line.thermostat.delay must be a length of time like 8h, 2h30m or 45s: got 2'],
  },
  {
    what: 'the line of a fridge',
    text: 'steps: [{ at: 12:00, do: { line: { fridge: cut } } }]',
    says: ['3:36: steps[0].do.line.fridge is not known here: it must be one of thermostat, toaster, security'],
  },
  {
    what: 'a line that is snipped',
    text: 'steps: [{ at: 12:00, do: { line: { thermostat: snip } } }]',
    says: ['3:36: steps[0].do.line.thermostat must be cut, join, half-open or {delay: 2s}: got "snip"'],
  },
  {
    what: 'a share of 20',
    text: 'steps: [{ at: 12:00, do: { messages: { drop: 20 } } }]',
    says: ['3:40: steps[0].do.messages.drop must be a number from 0 to 1: got 20'],
  },
  {
    what: 'every nothing',
    text: 'steps: [{ every: 0s, do: { hub: kill } }]',
    says: ['3:11: steps[0].every must be a length of time like 30m, or like 10 messages: got "0s"'],
  },
  {
    what: 'every millisecond',
    text: 'steps: [{ every: 1ms, do: { hub: kill } }]',
    says: ['3:11: steps[0].every must be a length of time like 30m, or like 10 messages: got "1ms"'],
  },
  {
    what: 'a sensor that says a million',
    text: 'steps: [{ at: 12:00, do: { sensor: { says: 1000000 } } }]',
    says: ['3:38: steps[0].do.sensor.says must be a number from -1000 to 1000 °C: got 1000000'],
  },
  {
    what: 'a line of a day',
    text: 'steps: [{ at: 12:00, do: { line: { thermostat: { delay: 1d } } } }]',
    says: ['3:50: steps[0].do.line.thermostat.delay must be from 0s to 1h: got "1d"'],
  },
  {
    what: 'a clock that jumps a million days',
    text: 'steps: [{ at: 12:00, do: { clock: { hub: -1000000d } } }]',
    says: ['3:37: steps[0].do.clock.hub must be at most 36500d, forth or back: got "-1000000d"'],
  },
  {
    what: 'a cut of no plug',
    text: 'steps: [{ at: 12:00, do: { power: {} } }]',
    says: ['3:28: steps[0].do.power must name a device'],
  },
  {
    what: 'no answers',
    text: 'steps: [{ at: 12:00, do: { answers: [] } }]',
    says: ['3:28: steps[0].do.answers must have an answer'],
  },
  {
    what: 'every 0 messages',
    text: 'steps: [{ every: 0 messages, do: { hub: kill } }]',
    says: ['3:11: steps[0].every must be a length of time like 30m, or like 10 messages: got "0 messages"'],
  },
  {
    what: 'every in words',
    text: 'steps: [{ every: tenth message, do: { hub: kill } }]',
    says: ['3:11: steps[0].every must be a length of time like 30m, or like 10 messages: got "tenth message"'],
  },
  {
    what: 'every, longer than the run',
    text: 'steps: [{ every: 9h, do: { hub: kill } }]',
    says: ['3:11: steps[0].every never comes: it begins 9h after the start'],
  },
  {
    what: 'a step after the end',
    text: 'steps: [{ at: +9h, do: { hub: kill } }]',
    says: ['3:11: steps[0].at never comes: the run lasts 8h'],
  },
  {
    what: 'a step that comes only on the next evening',
    text: "home: { start: 2030-01-01 20:00 }\nsteps: [{ at: '23:00', do: { hub: kill } }, { at: '22:30', do: { hub: start } }]",
    says: ['4:47: steps[1].at never comes: the run lasts 8h'],
  },
  {
    what: 'a step before the start',
    text: 'steps: [{ at: day 1 05:00, do: { hub: kill } }]',
    says: ['3:11: steps[0].at comes before the start'],
  },
  {
    what: 'at, with a beginning',
    text: 'steps: [{ at: 12:00, from: 11:00, do: { hub: kill } }]',
    says: ['3:22: steps[0].from is for every and when: at has its time'],
  },
  {
    what: 'an end before the beginning',
    text: 'steps: [{ every: 1h, from: 12:00, until: +2h, do: { hub: kill } }]',
    says: ['3:35: steps[0].until must come after its beginning'],
  },
  {
    what: 'a zone that the panel has not',
    text: 'steps: [{ at: 12:00, do: { open: garage } }]',
    says: [
      '3:28: steps[0].do.open must be a zone of the panel, one of front-door, back-door, kitchen-window, hall-motion: got "garage"',
    ],
  },
  {
    what: 'a burglar through a detector',
    text: 'steps: [{ at: 12:00, do: { burglar: hall-motion } }]',
    says: [
      '3:28: steps[0].do.burglar must be a way in, one of front-door, back-door, kitchen-window: got "hall-motion"',
    ],
  },
  {
    what: 'a device that is not in this home',
    text: 'home: { devices: [toaster] }\nsteps: [{ at: 12:00, do: { target: 20 } }]',
    says: ['4:28: steps[0].do.target needs thermostat, which is not in this home: home.devices has toaster'],
  },
  {
    what: 'the same in a list',
    text: 'home: { devices: [toaster] }\nsteps: [{ at: 12:00, do: [{ jam: true }, { power: { toaster: cut, security: cut } }] }]',
    says: ['4:44: steps[0].do[1].power needs security, which is not in this home: home.devices has toaster'],
  },
  {
    what: 'a guest who jams toast',
    text: 'steps: [{ at: 12:00, as: guest, do: { jam: true } }]',
    says: ['3:22: steps[0].as is for what goes through a phone: jam does not'],
  },
  {
    what: 'the phone of a burglar',
    text: 'steps: [{ at: 12:00, as: burglar, do: { target: 20 } }]',
    says: ['3:22: steps[0].as must be one of owner, member, guest: got "burglar"'],
  },
  {
    what: 'an answer to what asks nobody',
    text: 'steps: [{ at: 12:00, expect: refused, do: { jam: true } }]',
    says: ['3:22: steps[0].expect is for what goes through a phone: jam does not'],
  },
  {
    what: 'an answer that nobody gives',
    text: 'steps: [{ at: 12:00, expect: nope, do: { target: 20 } }]',
    says: ['3:22: steps[0].expect must be one of accepted, refused, not_allowed…'],
  },
  {
    what: 'a hold without a day',
    text: 'steps: [{ at: 12:00, do: { hold: { until: 07:00 } } }]',
    says: ['3:36: steps[0].do.hold.until must be a time like 2030-03-31T07:00:00+02:00: got "07:00"'],
  },
  {
    what: 'a hold in words',
    text: 'steps: [{ at: 12:00, do: { hold: forever } }]',
    says: ['3:28: steps[0].do.hold must be indefinite, none, or {until: 2030-03-31T07:00:00+02:00}: got "forever"'],
  },
  {
    what: 'a ghost without a property',
    text: "steps: [{ at: 12:00, do: { ghost: { device: toaster, path: start, payload: 'true' } } }]",
    says: ['3:54: steps[0].do.ghost.path must be like cycle/start: got "start"'],
  },
  {
    what: 'an answer that is no error',
    text: 'steps: [{ at: 12:00, do: { answers: [200] } }]',
    says: ['3:38: steps[0].do.answers[0] must be a number from 400 to 599: got 200'],
  },
]

const CONDITION: readonly Case[] = [
  {
    what: 'a path that is misspelled',
    text: 'expect: [{ always: thermostat.tempature >= 5 }]',
    says: ['3:12: expect[0].always "thermostat.tempature" is not known: it must be one of thermostat.status…'],
  },
  {
    what: '°F',
    text: 'expect: [{ always: thermostat.air >= 5 °F }]',
    says: ['3:12: expect[0].always "thermostat.air" is in °C: got "°F"'],
  },
  {
    what: 'an exact temperature',
    text: 'expect: [{ always: thermostat.air is 20 }]',
    says: ['3:12: expect[0].always "thermostat.air" is hardly ever exactly 20: it takes <, <=, > or >='],
  },
  {
    what: 'a state without a comparison',
    text: 'expect: [{ always: security.state }]',
    says: ['3:12: expect[0].always "security.state" needs "is" and one of disarmed…'],
  },
  {
    what: 'a state that there is not',
    text: 'expect: [{ always: security.state is awake }]',
    says: ['3:12: expect[0].always "security.state" takes "is" and one of disarmed…'],
  },
  {
    what: 'more than a siren',
    text: 'expect: [{ always: security.siren >= 1 }]',
    says: ['3:12: expect[0].always "security.siren" takes nothing behind it, or is true, or is false: got ">= 1"'],
  },
  {
    what: 'or',
    text: 'expect: [{ always: security.siren or security.tamper }]',
    says: [
      '3:12: expect[0].always "security.siren or security.tamper" must be joined with "and" alone: "or" is another expectation, or another step',
    ],
  },
  {
    what: 'prose',
    text: 'expect: [{ always: "it is warm" }]',
    says: [
      '3:12: expect[0].always "it" is not known: it must be one of thermostat.…, toaster.…, security.…, hub.…, outdoors',
    ],
  },
  {
    what: 'a temperature alone',
    text: 'expect: [{ always: thermostat.air }]',
    says: ['3:12: expect[0].always "thermostat.air" needs a comparison such as >= 5 (°C)'],
  },
  {
    what: 'a temperature in words',
    text: 'expect: [{ always: thermostat.air >= warm }]',
    says: ['3:12: expect[0].always "thermostat.air" takes a number: got "warm"'],
  },
  {
    what: 'not, before a comparison',
    text: 'expect: [{ always: not thermostat.air >= 5 }]',
    says: ['3:12: expect[0].always "not thermostat.air >= 5" must be written with "is not"'],
  },
  {
    what: 'on, in when',
    text: 'steps: [{ when: security.siren is on, do: { hub: kill } }]',
    says: ['3:11: steps[0].when "security.siren" takes nothing behind it, or is true, or is false: got "is on"'],
  },
]

const EXPECTATION: readonly Case[] = [
  {
    what: 'from before the start',
    text: 'expect: [{ always: hub.up, from: day 1 05:00 }]',
    says: ['3:28: expect[0].from can never be checked: it begins before the start'],
  },
  {
    what: 'nothing expected',
    text: 'expect: [{ name: nothing }]',
    says: [
      '3:10: expect[0] must have exactly one of always, never, eventually, sequence, comfort, cycles, energy: got none',
    ],
  },
  {
    what: 'two things expected',
    text: 'expect: [{ always: hub.up, never: hub.up }]',
    says: [
      '3:10: expect[0] must have exactly one of always, never, eventually, sequence, comfort, cycles, energy: got always and never',
    ],
  },
  {
    what: 'a sequence of one',
    text: 'expect: [{ sequence: [hub.up] }]',
    says: ['3:12: expect[0].sequence must name two conditions at least'],
  },
  {
    what: 'from the end on',
    text: 'expect: [{ eventually: hub.up, from: +8h }]',
    says: ['3:32: expect[0].from can never be checked: it begins after the end, and the run lasts 8h'],
  },
  {
    what: 'until after the end',
    text: 'expect: [{ always: hub.up, until: +9h }]',
    says: ['3:28: expect[0].until can never be checked: it ends after the run, which lasts 8h'],
  },
  {
    what: 'until before from',
    text: 'expect: [{ always: hub.up, from: +3h, until: +2h }]',
    says: ['3:39: expect[0].until can never be checked: it must come after its beginning'],
  },
  {
    what: 'within, of always',
    text: 'expect: [{ always: hub.up, within: 2h }]',
    says: ['3:28: expect[0].within is for eventually and sequence'],
  },
  {
    what: 'within, beyond the end',
    text: 'expect: [{ eventually: hub.up, from: +7h, within: 2h }]',
    says: ['3:43: expect[0].within can never be checked: it reaches beyond the end of the run, which lasts 8h'],
  },
  {
    what: 'comfort without a thermostat',
    text: 'home: { devices: [toaster] }\nexpect: [{ comfort: { at-most: 1 } }]',
    says: ['4:12: expect[0].comfort needs thermostat, which is not in this home: home.devices has toaster'],
  },
  {
    what: 'devices that are not there',
    text: 'home: { devices: [toaster] }\nexpect: [{ sequence: [security.siren, thermostat.heating] }]',
    says: [
      '4:10: expect[0] needs security, which is not in this home: home.devices has toaster',
      '4:10: expect[0] needs thermostat, which is not in this home: home.devices has toaster',
    ],
  },
  {
    what: 'more than the most',
    text: 'expect: [{ energy: { at-least: 5, at-most: 2 } }]',
    says: ['3:12: expect[0].energy can never be met: at-least must not be more than at-most'],
  },
  {
    what: 'no bounds',
    text: 'expect: [{ energy: {} }]',
    says: ['3:12: expect[0].energy must have at-most, at-least or both'],
  },
  {
    what: 'within and until',
    text: 'expect: [{ eventually: hub.up, until: +2h, within: 1h }]',
    says: ['3:44: expect[0].within is instead of until: must be one of the two'],
  },
  {
    what: 'a bare bound',
    text: 'expect: [{ energy: 5 }]',
    says: ['3:12: expect[0].energy must have keys such as at-most, at-least: got 5'],
  },
]

const problemsOf = (text: string): readonly string[] => {
  try {
    readScenario(text, 'x.yaml')
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems
    throw error
  }
  return []
}

test.for([...FILE, ...HOME, ...STEP, ...CONDITION, ...EXPECTATION])('$what: $says.0', ({ text, alone, says }) => {
  const problems = problemsOf(alone ? text : `${FRAME}${text}\n`)
  expect(problems).toEqual(
    says.map((line) =>
      line.endsWith('…') ? expect.stringContaining(`x.yaml:${line.slice(0, -1)}`) : `x.yaml:${line}`,
    ),
  )
})

test('everything that is wrong is said at once, each at its line', () => {
  const text = [
    'name: A night',
    'for: 8 hours',
    'home:',
    '  house: villa',
    'steps:',
    "  - at: '25:00'",
    '    do: { target: 50 }',
    'expect:',
    '  - always: thermostat.tempature >= 5',
  ].join('\n')
  expect(problemsOf(text).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'x.yaml:2:1: for',
    'x.yaml:4:3: home.house',
    'x.yaml:6:5: steps[0].at',
    'x.yaml:7:11: steps[0].do.target',
    'x.yaml:9:5: expect[0].always',
  ])
})

test('a scenario knows where each of its parts is', () => {
  const text = ['name: A night', 'for: 8h', 'expect:', '  - always: hub.up', '  - never: not hub.up', ''].join('\n')
  const { scenario, locate } = readScenario(text, 'night.yaml')
  expect(scenario).toEqual({ name: 'A night', for: '8h', expect: [{ always: 'hub.up' }, { never: 'not hub.up' }] })
  expect([locate(['name']), locate(['expect', 0]), locate(['expect', 1, 'never'])]).toEqual([
    'night.yaml:1',
    'night.yaml:4',
    'night.yaml:5',
  ])
})

test.for([
  [{ name: 'x', for: '8h', steps: [{ at: '12:00', do: { targt: 20 } }] }, 'steps[0].do.targt is not known here'],
  [{ name: 'x', for: '8h', expect: [{ always: 'hub.up', from: '+9h' }] }, 'expect[0].from can never be checked'],
  [undefined, 'must have keys such as name, story, seed: got undefined'],
] as const)('written in TypeScript, %j is refused as well', ([input, message]) => {
  expect(() => checkScenario(input)).toThrow(message)
})
