// The schema of a scenario for editors and other programs: JSON Schema from the one schema there is, and a sentence for each word.
import { toJsonSchema } from '@valibot/to-json-schema'
import { type ActionName, action, type Expectation, expectation, scenarioSchema } from './schema.ts'
import { condition, moment, zone } from './values.ts'

/** JSON Schema draft 2020-12, ended by a newline. What only code can check (conditions, times) is a string with examples there. */
export function formatSchema(): string {
  // Said once, as they are said in many places.
  const definitions = { condition, moment, zone, action, expectation }
  const schema = toJsonSchema(scenarioSchema, { target: 'draft-2020-12', errorMode: 'ignore', definitions })
  describe(schema.$defs?.action, ACTIONS)
  describe(schema.$defs?.expectation, EXPECTATIONS)
  return `${JSON.stringify({ title: 'A Latchkey scenario', ...schema }, undefined, 2)}\n`
}

type Definition = NonNullable<ReturnType<typeof toJsonSchema>['$defs']>[string]

function describe(schema: Definition | undefined, sentences: Readonly<Record<string, string>>): void {
  for (const [name, sentence] of Object.entries(sentences)) {
    const property = typeof schema === 'object' ? schema.properties?.[name] : undefined
    if (typeof property === 'object') property.description = sentence
  }
}

const ACTIONS: Readonly<Record<ActionName, string>> = {
  target: 'From a phone: what the room is to have, 5 to 35 °C.',
  mode: 'From a phone: heating, cooling, both or neither.',
  preset: 'From a phone: a target with a name.',
  hold: 'From a phone: keeps what was chosen by hand, until then, for good, or no longer.',
  program: "From a phone: the toaster's program.",
  browning: "From a phone: the toaster's dial, 1 to 7.",
  toaster: 'From a phone: starts, cancels, lifts, or toasts a little more.',
  arm: 'From a phone: arms the panel.',
  disarm: 'From a phone: disarms the panel, with the right code or a wrong one.',
  lever: 'By hand: puts a slice in and presses the lever, presses it and starts, or lifts the carriage.',
  key: 'By hand: a key of the toaster.',
  open: 'By hand: a door or window, or somebody before a detector.',
  close: 'By hand: shut again, or nobody there any more.',
  tamper: 'Whether the lid of the panel is off.',
  window: "The window of the thermostat's room.",
  outdoors: "Another temperature than the weather's, °C.",
  sensor: "The thermostat's sensor: stuck, silent, no number, always the same, drifting (K an hour), or mended.",
  relay: 'A contact that does not open any more.',
  jam: 'Whether the toast sticks: the spring cannot lift the carriage.',
  hub: 'Killed, stopped, started, or with other signing keys (the old ones kept, or not).',
  broker: 'Lets nobody in, or everybody again.',
  messages: 'Shares of the messages, 0 to 1, that are lost, doubled or late; normal again.',
  line: "A device's line to the hub.",
  power: "A device's plug; blink is out and in again.",
  'power-cut-at-file-request': 'The power of a device fails at its n-th file request from now.',
  disk: "A device's disk.",
  clock: 'The clock on the wall of a device or the hub jumps; what it counts with does not.',
  ghost: 'A retained command that somebody left at the broker long ago.',
  revoke: 'The owner puts the device out.',
  pair: 'The owner lets the device in again.',
  answers: "What the hub answers the devices' next token requests.",
  burglar: 'Somebody comes in by this door or window who is not meant to.',
  say: 'A word on the time line.',
}

const EXPECTATIONS: Readonly<Record<keyof Expectation, string>> = {
  name: 'What a report calls it.',
  always: 'Holds at every moment between from and until.',
  never: 'Holds at no moment between from and until.',
  eventually: 'Holds at some moment between from and until, or within.',
  sequence: 'Come true one after another; others may come in between.',
  comfort: 'K·h below the target, by half a kelvin or more, while the mode heats.',
  cycles: 'How often the heating went on, a day.',
  energy: 'What the heater used, kWh.',
  from: 'When it begins; the start.',
  until: 'When it ends; the end of the run.',
  within: 'How long after from it ends; for eventually and sequence.',
}
