// In the machine, an agent that is killed again and again: `killed <agent> <latchkey.mjs> <kills>`. Says how each of its lives went, then
// what the hub has of it.
import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '#contract/clock.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { watch } from '../../watcher.ts'
import { RELAY, startThermostat, wireHall } from './hall.ts'
import { type Program, plugHeader, say, solderThermometer, tellStory } from './house.ts'
import { appPassword, letIn, MQTT_PORT, moveIn, startHub } from './hub.ts'

const [agentProgram = '', latchkey = '', kills = '0'] = process.argv.slice(2)
/** The shortest rest that a file may ask for: no relay may be closed sooner after a start. */
const REST = seconds(10)
/** From its first instruction to well after it is online. */
const STARTING = 4_000
/** Online, resting, then heating. */
const LIVING = 14_000

const relay = plugHeader()(RELAY)
const thermometer = solderThermometer()
/** What the relay was seen to do. */
const seen = { looks: 0, high: 0, tooSoon: 0, ownerless: 0 }
/** When the agent that lives was started: before that it cannot have decided anything. */
let startedAt: Millis | undefined
setInterval(() => {
  seen.looks += 1
  if (relay.level() === 0) return
  seen.high += 1
  if (startedAt === undefined) seen.ownerless += 1
  else if (systemClock.uptime() - startedAt < REST) seen.tooSoon += 1
}, 3)

const startAgent = (): Program => {
  startedAt = systemClock.uptime()
  return startThermostat(agentProgram)
}
const isOnline = ({ facts }: Program) => facts.some(({ phase }) => phase === 'online')

async function live(): Promise<void> {
  thermometer.set(12)
  thermometer.bind()
  wireHall({ behaviour: { rests: { 'min-on-seconds': REST / 1000, 'min-off-seconds': REST / 1000 } } })
  const hub = await startHub(latchkey)
  const owner = await moveIn(hub)
  let agent = startAgent()
  const { device } = await letIn(owner, agent)
  await using phone = await watch({ port: MQTT_PORT, token: await appPassword(owner) })
  const target = `homie/5/${device}/climate/target`
  await phone.has(target, '20')

  /** Turned on and on, so that a kill also meets a device that saves. What it shows is on its disk. */
  const sent = [20]
  setInterval(() => {
    const last = sent.at(-1) ?? 20
    if (!isOnline(agent) || startedAt === undefined) return
    sent.push(last >= 30 ? 20 : Math.round((last + 0.1) * 10) / 10)
    phone.send(`${target}/set`, String(sent.at(-1))).catch(() => {})
  }, 150)

  const problems = new Set<string>()
  let [codes, killedOnline, saved] = [0, 0, 0]
  for (let kill = 1; kill <= Number(kills); kill += 1) {
    // The last one lives to heat, whatever chance made of the others.
    const last = kill === Number(kills)
    const early = kill % 3 !== 0 && !last
    if (!early) await agent.fact({ phase: 'online' })
    await systemClock.sleep(millis((last ? 1 : Math.random()) * (early ? STARTING : LIVING)))
    const shown = Number(phone.state.get(target))
    agent.signal('SIGKILL')
    await agent.ended
    startedAt = undefined
    if (isOnline(agent)) killedOnline += 1
    // The first life shows the one code there ever is.
    codes += agent.facts.filter(({ phase }) => phase === 'pairing').length
    for (const { level, msg } of agent.facts) if (Number(level) >= 40) problems.add(String(msg))

    const kept = JSON.parse(readFileSync('/run/device/thermostat/thermostat.json', 'utf8')) as {
      readonly target: number
    }
    // What a life shows may be of the one before it.
    if (!sent.slice(Math.max(0, sent.lastIndexOf(shown))).includes(kept.target)) {
      problems.add(`it showed ${shown} and kept ${kept.target}`)
    }
    if (kept.target !== shown) saved += 1
    sent.splice(0, sent.length, kept.target)
    if (kill % 10 === 0) say({ kills: kill, ...seen })
    await systemClock.sleep(millis(20))
    agent = startAgent()
  }
  await agent.fact({ phase: 'online' })
  codes += agent.facts.filter(({ phase }) => phase === 'pairing').length
  await phone.has(`homie/5/${device}/$state`, 'ready')

  hub.program.signal('SIGTERM')
  await hub.program.ended
  const database = new DatabaseSync('/run/hub/hub/latchkey.db', { readOnly: true })
  const count = (sql: string) => Number(database.prepare(sql).get()?.count)
  say({
    ...{ codes, killedOnline, saved, seen, problems: [...problems] },
    devices: count('SELECT count(*) AS count FROM devices'),
    grants: count(`SELECT count(*) AS count FROM oidc WHERE model = 'Grant' AND client_id = '${device}'`),
  })
}

await tellStory(live)
