// In the machine, the device of every story: a thermostat in the hall, with a thermometer behind a kernel driver and a relay.
import { writeFileSync } from 'node:fs'
import { type Program, startProgram } from './house.ts'
import { HUB_URL } from './hub.ts'

export const RELAY = 17
const FILE = '/run/hall.yaml'

/** Writes its file. `parts` are wired besides sensor and relay. */
export function wireHall(options: { readonly parts?: object; readonly behaviour?: object } = {}): void {
  const { parts = {}, behaviour = {} } = options
  const hall = {
    name: 'Hall',
    board: { type: 'linux', 'i2c-bus': 0 },
    wiring: { sensor: { type: 'hwmon', name: 'lm75' }, heat: { pin: RELAY, active: 'high' }, ...parts },
    behaviour,
  }
  // JSON is YAML as well.
  writeFileSync(FILE, JSON.stringify(hall))
}

/** `agent` is the path of the shipped one; what it has to remember is in `folder`. */
export const startThermostat = (agent: string, folder = '/run/device'): Program =>
  startProgram(...[agent, 'thermostat', '--config', FILE, '--data', folder], ...['--hub', HUB_URL.origin, '--json'])
