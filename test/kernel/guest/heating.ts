// In the machine, five hours of a heating and its troubles, on a clock that jumps: `heating <agent> <latchkey.mjs> <lines>`. One fact a step.
import { systemClock } from '#contract/clock.ts'
import { hours, type Millis, millis, minutes, seconds } from '#contract/time.ts'
import type { Level } from '../../../device/board/linux/gpio-abi.ts'
import { until } from '../../until.ts'
import { type Watcher, watch } from '../../watcher.ts'
import { RELAY, startThermostat, wireHall } from './hall.ts'
import {
  type Fact,
  hasAll,
  type Program,
  plugHeader,
  say,
  solderThermometer,
  startProgram,
  tellStory,
} from './house.ts'
import { appPassword, letIn, MQTT_PORT, moveIn, startHub } from './hub.ts'
import type { LineStep } from './lines.ts'

const [agentProgram = '', latchkey = '', lines = ''] = process.argv.slice(2)
const BUTTON = 22
const SENSOR = 'hwmon lm75'

const header = plugHeader()
const relay = header(RELAY)
const button = header(BUTTON)
const thermometer = solderThermometer()
let celsius = 15

/** As a room does: half a degree at a time, so that it is believed. */
async function drift(to: number): Promise<void> {
  while (celsius !== to) {
    celsius += Math.sign(to - celsius) / 2
    thermometer.set(celsius)
    await systemClock.sleep(seconds(10))
  }
}

/** Looks each second. Resolves with how many it took. */
async function becomes(level: Level, within: Millis): Promise<number> {
  const since = systemClock.uptime()
  while (relay.level() !== level) {
    if (systemClock.uptime() - since > within) throw new Error(`the relay is not ${level} within ${within} ms`)
    await systemClock.sleep(seconds(1))
  }
  return Math.round((systemClock.uptime() - since) / 1000)
}

/** Looks each second, whether it ever is anything else. */
async function stays(level: Level, during: Millis): Promise<boolean> {
  for (const end = systemClock.uptime() + during; systemClock.uptime() < end; ) {
    if (relay.level() !== level) return false
    await systemClock.sleep(seconds(1))
  }
  return true
}

const count = ({ facts }: Program, wanted: Fact) => facts.filter((fact) => hasAll(fact, wanted)).length

async function live(): Promise<void> {
  thermometer.set(celsius)
  thermometer.bind()
  button.pull(1)
  wireHall({ parts: { warmer: { pin: BUTTON } } })
  const hub = await startHub(latchkey)
  const owner = await moveIn(hub)

  const agent = startThermostat(agentProgram)
  const startedAt = systemClock.uptime()
  const { device, page } = await letIn(owner, agent)
  say({ step: 'let in', page: /It is let in/.exec(page)?.[0] })

  await becomes(1, minutes(5))
  say({ step: 'cold', heatsAfterSeconds: Math.round((systemClock.uptime() - startedAt) / 1000) })

  const token = await appPassword(owner)
  const reach = (): Promise<Watcher> => watch({ port: MQTT_PORT, token })
  let phone = await reach()
  const topic = (path: string) => `homie/5/${device}/${path}`
  const shows = async (path: string, value: string | RegExp): Promise<string | undefined> => {
    await phone.has(topic(path), value, seconds(30))
    return phone.state.get(topic(path))
  }
  await shows('climate/action', 'heating')
  await drift(20.5)
  await becomes(0, minutes(3))
  say({ step: 'warm', action: await shows('climate/action', 'idle') })

  button.pull(0)
  await systemClock.sleep(millis(200))
  button.pull(1)
  say({ step: 'button', target: await shows('climate/target', '20.5') })

  await phone.send(topic('climate/target/set'), '24')
  const toHeat = await becomes(1, minutes(4))
  const raised = await shows('climate/target', '24')
  await phone.send(topic('climate/target/set'), '18')
  const toRest = await becomes(0, minutes(4))
  say({ step: 'set from afar', raised, toHeat, toRest })

  await phone.send(topic('climate/target/set'), '24')
  await becomes(1, minutes(4))
  thermometer.unbind()
  const toGiveUp = await becomes(0, minutes(20))
  const stale = await shows('health/status', /sensor/)
  const alert = await shows('$alert/health', /./)
  const staysOff = await stays(0, minutes(45))
  const told = count(agent, { part: SENSOR })
  thermometer.bind()
  const well = await shows('health/status', 'ok')
  await phone.has(topic('$alert/health'), '', seconds(30))
  await becomes(1, minutes(4))
  const worksAgain = count(agent, { part: SENSOR }) - told
  say({ step: 'sensor away', toGiveUp, stale, alert, staysOff, told, well, worksAgain })

  thermometer.set(85)
  const toRefuse = await becomes(0, minutes(1))
  const fault = await shows('health/status', /sensor/)
  thermometer.set(celsius)
  say({ step: 'nonsense', toRefuse, fault, well: await shows('health/status', 'ok') })

  hub.program.signal('SIGKILL')
  await hub.program.ended
  await agent.fact({ phase: 'offline' })
  const from = agent.facts.length
  await becomes(1, minutes(4))
  await drift(24.5)
  await becomes(0, minutes(3))
  await drift(21)
  await becomes(1, minutes(4))
  // A sensor that says the same for a quarter of an hour of heating counts as broken.
  for (const end = systemClock.uptime() + hours(2); systemClock.uptime() < end; await systemClock.sleep(minutes(5))) {
    await drift(celsius === 21 ? 21.5 : 21)
  }
  const warnings = agent.facts.slice(from).filter(({ level }) => Number(level) >= 40)
  await startHub(latchkey)
  const hubIsBackAt = systemClock.uptime()
  await until(() => agent.facts.slice(from).some(({ phase }) => phase === 'online'), 'the hub', minutes(15))
  const toComeBack = Math.round((systemClock.uptime() - hubIsBackAt) / 1000)
  phone = await reach()
  const current = await shows('climate/current', String(celsius))
  say({ step: 'hub dead', toComeBack, warnings: warnings.map(({ msg }) => msg), current, level: relay.level() })

  agent.signal('SIGTERM')
  const code = await agent.ended
  say({ step: 'told to end', code, level: relay.level(), state: await shows('$state', /disconnected|lost/) })

  const other = startProgram(lines)
  const other17 = (step: LineStep, wanted: Fact) => {
    other.tell(step)
    return other.fact(wanted)
  }
  await other17({ do: 'take', offset: RELAY, settings: { direction: 'output', level: 0 } }, { took: RELAY })
  const again = startThermostat(agentProgram)
  await again.fact({ phase: 'online' })
  const { because } = await again.fact({ part: `GPIO${RELAY}` })
  await stays(0, minutes(10))
  const named = count(again, { part: `GPIO${RELAY}` })
  await other17({ do: 'release', offset: RELAY }, { released: RELAY })
  const toTake = await becomes(1, minutes(1))
  const over = count(again, { part: `GPIO${RELAY}`, msg: 'a part of the board works again' })
  const codes = count(agent, { phase: 'pairing' }) + count(again, { phase: 'pairing' })
  say({ step: 'line taken', because, named, toTake, over, codes })
  again.signal('SIGTERM')
  await again.ended
}

await tellStory(live)
