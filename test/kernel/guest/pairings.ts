// In the machine, one agent after the other is let in for the first time, each in a folder of its own on a disk that the hub is on too,
// until the power is cut: `pairings <agent> <latchkey.mjs> <number>`. After the cut, how the agent before that is doing.
import { DatabaseSync } from 'node:sqlite'
import { startThermostat, wireHall } from './hall.ts'
import { type Program, plugHeader, say, solderThermometer, tellStory } from './house.ts'
import { approve, letIn, moveIn, startHub } from './hub.ts'

const [agentProgram = '', latchkey = '', number = '0'] = process.argv.slice(2)

const startAgent = (number: number): Program => startThermostat(agentProgram, `/mnt/device-${number}`)

async function live(): Promise<void> {
  plugHeader()
  solderThermometer().bind()
  wireHall()
  const hub = await startHub(latchkey, '/mnt/hub')
  const owner = await moveIn(hub)

  const before = Number(number) - 1
  if (before > 0) {
    const agent = startAgent(before)
    const first = await Promise.race([agent.fact({ phase: 'online' }), agent.fact({ phase: 'pairing' })])
    const paired = first.phase === 'online'
    if (!paired) await letIn(owner, agent)
    const warnings = agent.facts.filter(({ level }) => Number(level) >= 40).map(({ msg }) => msg)
    agent.signal('SIGTERM')
    await agent.ended
    using database = new DatabaseSync('/mnt/hub/hub/latchkey.db', { readOnly: true })
    const sql = 'SELECT count(*) AS count FROM devices WHERE paired_at IS NOT NULL'
    say({ before, paired, warnings, devices: database.prepare(sql).get()?.count })
  }
  const agent = startAgent(Number(number))
  say({ moment: 'started' })
  await approve(owner, agent)
  say({ moment: 'approved' })
  await agent.fact({ phase: 'online' })
  say({ moment: 'online' })
  await agent.ended
}

await tellStory(live)
