// What is wrong, in plain words, and what to do. It changes nothing.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '#contract/clock.ts'
import { isKind, KINDS, type Kind } from '#contract/ids.ts'
import { type Environment, formatSettings, readCommand, readHubUrl, readPem, UsageError } from '#contract/settings.ts'
import { wiringPath } from '../install/plan.ts'
import { unitPath } from '../install/unit.ts'
import { lookupLocal } from '../lookup.ts'
import { lookAtCredentials, lookAtData } from './data.ts'
import { type Finding, formatFindings } from './finding.ts'
import { lookAtClock, lookAtNode } from './machine.ts'
import { lookAtNetwork } from './network.ts'
import { lookAtAgent, lookAtPi, lookAtUnit } from './running.ts'
import { lookAtWiring } from './wiring.ts'

const SETTINGS = {
  data: { type: 'string', variable: 'LATCHKEY_DATA', help: 'folder of everything that lasts, ./.latchkey' },
  config: { type: 'string', variable: 'LATCHKEY_CONFIG', help: 'YAML file of what is wired where' },
  hub: { type: 'string', variable: 'LATCHKEY_HUB', help: 'the hub; else the one found by mDNS' },
  ca: { type: 'string', variable: 'LATCHKEY_CA', help: "PEM file of the hub's certificate authority" },
  json: { type: 'boolean', help: 'print the findings as JSON' },
  help: { type: 'boolean', help: 'this text' },
} as const

const HELP = `Usage: latchkey doctor [thermostat|toaster|security] [options]

${formatSettings(SETTINGS)}

Exit codes: 0 no problem, 1 a problem, 2 wrong usage.`

export interface Patient {
  readonly args: readonly string[]
  readonly env: Environment
  readonly print: (text: string) => void
}

/** `args` is what follows the word. Resolves with the exit code. */
export async function examine({ args, env, print }: Patient): Promise<number> {
  const { words, settings } = readCommand(SETTINGS, args, env)
  if (settings.help === 'true') {
    print(HELP)
    return 0
  }
  const [kind, more] = words
  if (more !== undefined) throw new UsageError(`Unexpected argument '${more}': see --help`)
  if (kind !== undefined && !isKind(kind)) {
    throw new UsageError(`Cannot look at "${kind}" as it must be one of ${KINDS.join(', ')}`)
  }
  const { hub, ca, config } = settings
  const data = settings.data ?? (existsSync(INSTALLED_DATA) ? INSTALLED_DATA : './.latchkey')
  const network = {
    hub: hub === undefined ? undefined : readHubUrl(hub, 'LATCHKEY_HUB (--hub)'),
    ca: ca === undefined ? undefined : readPem(ca, 'LATCHKEY_CA (--ca)'),
    ...{ lookup: lookupLocal, clock: systemClock },
  }
  const findings: readonly Finding[] = [
    lookAtNode(process.versions.node),
    lookAtClock(systemClock),
    ...lookAtPi(),
    ...(await lookAtNetwork(network)),
    ...(await Promise.all(kindsAt(data, kind).map((each) => lookAtDevice(each, { data, config, env })))).flat(),
  ]
  const isWell = findings.every(({ level }) => level !== 'problem')
  print(settings.json === 'true' ? JSON.stringify({ ok: isWell, findings }) : formatFindings(findings))
  return isWell ? 0 : 1
}

/** Where the unit keeps it. */
const INSTALLED_DATA = '/var/lib/latchkey'

/** The one that was named, else all that have left something here. */
const kindsAt = (data: string, kind: Kind | undefined): readonly Kind[] =>
  kind !== undefined ? [kind] : KINDS.filter((each) => existsSync(join(data, each)) || existsSync(unitPath(each)))

interface Device {
  readonly data: string
  readonly config: string | undefined
  readonly env: Environment
}

async function lookAtDevice(kind: Kind, { data, config, env }: Device): Promise<readonly Finding[]> {
  const folder = resolve(join(data, kind))
  const file = config ?? (existsSync(wiringPath(kind)) ? wiringPath(kind) : undefined)
  return [
    ...(await lookAtData(folder, process.getuid?.() ?? 0)),
    ...(await lookAtCredentials(folder, env.CREDENTIALS_DIRECTORY)),
    ...(file === undefined ? [] : await lookAtWiring(kind, file)),
    await lookAtAgent(kind, folder, systemClock),
    ...(await lookAtUnit(kind)),
  ].map((finding) => ({ ...finding, about: `${kind} ${finding.about}` }))
}
