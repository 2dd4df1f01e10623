// What is wrong, in plain words, and what to do. It changes nothing.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '#contract/clock.ts'
import { isKind, KINDS, type Kind } from '#contract/ids.ts'
import { type Environment, formatSettings, readCommand, readHubUrl, readPem, UsageError } from '#contract/settings.ts'
import { discoverHubOrOwn } from '../discovery.ts'
import { type NamedServer, readInstalled } from '../install/installed.ts'
import { wiringPath } from '../install/plan.ts'
import { unitPath } from '../install/unit.ts'
import type { Reply } from '../local/requests.ts'
import { lookupLocal } from '../lookup.ts'
import { DOCTOR_PROGRAM } from '../program-name.ts'
import { lookAtCredentials, lookAtData } from './data.ts'
import { type Finding, formatFindings } from './finding.ts'
import { lookAtClock, lookAtNode } from './machine.ts'
import { lookAtNetwork } from './network.ts'
import { askRunning, lookAtAgent, lookAtPi, lookAtUnit } from './running.ts'
import { type Choice, chooseServer } from './server.ts'
import { lookAtWiring } from './wiring.ts'

const SETTINGS = {
  data: { type: 'string', variable: 'LATCHKEY_DATA', help: 'folder of everything that lasts, ./.latchkey' },
  config: { type: 'string', variable: 'LATCHKEY_CONFIG', help: 'YAML file of what is wired where' },
  hub: { type: 'string', variable: 'LATCHKEY_HUB', help: "the hub to look at; else the agent's" },
  ca: { type: 'string', variable: 'LATCHKEY_CA', help: "PEM file of the hub's certificate authority" },
  json: { type: 'boolean', help: 'print the findings as JSON' },
  help: { type: 'boolean', help: 'this text' },
} as const

const HELP = `Usage: ${DOCTOR_PROGRAM} [thermostat|toaster|security] [options]

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
  const told = {
    hub: hub === undefined ? undefined : readHubUrl(hub, 'LATCHKEY_HUB (--hub)').origin,
    ca: ca === undefined ? undefined : readPem(ca, 'LATCHKEY_CA (--ca)'),
  }
  const devices = await Promise.all(
    kindsAt(data, kind).map(async (each): Promise<Device> => {
      const folder = resolve(join(data, each))
      return { kind: each, folder, reply: await askRunning(folder, systemClock) }
    }),
  )
  const findings: readonly Finding[] = [
    lookAtNode(process.versions.node),
    lookAtClock(systemClock),
    ...lookAtPi(),
    ...(await lookAtServers(devices, { told, env })),
    ...(await Promise.all(devices.map((device) => lookAtDevice(device, { config, env })))).flat(),
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
  readonly kind: Kind
  readonly folder: string
  readonly reply: Reply | Error
}

/** Each server once, whichever devices it has; where there is no device, the one that a new one would find. */
async function lookAtServers(
  devices: readonly Device[],
  { told, env }: { readonly told: NamedServer; readonly env: Environment },
): Promise<readonly Finding[]> {
  const choices = await Promise.all(
    devices.map(async ({ kind, folder, reply }) =>
      chooseServer({
        ...{ told, installed: await readInstalled(kind, ''), folder, credentialsDirectory: env.CREDENTIALS_DIRECTORY },
        reply: reply instanceof Error ? undefined : reply,
      }),
    ),
  )
  const ofNone: Choice = { hub: told.hub === undefined ? undefined : new URL(told.hub), ca: told.ca, kept: {} }
  const different = new Map((choices.length === 0 ? [ofNone] : choices).map((choice) => [nameOf(choice), choice]))
  const ways = { lookup: lookupLocal, clock: systemClock }
  const discover = (signal: AbortSignal) => discoverHubOrOwn({ ...ways, signal })
  const found = await Promise.all(
    [...different.values()].map((choice) => lookAtNetwork({ ...choice, ...ways, discover })),
  )
  return found.flat()
}

/** The same for choices that come to the same server by the same authority. */
const nameOf = ({ hub, ca, kept: { registration, grant } }: Choice): string =>
  JSON.stringify(hub === undefined && grant !== undefined ? [registration?.issuer, ca ?? registration?.ca] : [hub, ca])

async function lookAtDevice(
  { kind, folder, reply }: Device,
  { config, env }: { readonly config: string | undefined; readonly env: Environment },
): Promise<readonly Finding[]> {
  const file = config ?? (existsSync(wiringPath(kind)) ? wiringPath(kind) : undefined)
  return [
    ...(await lookAtData(folder, process.getuid?.() ?? 0)),
    ...(await lookAtCredentials(folder, env.CREDENTIALS_DIRECTORY)),
    ...(file === undefined ? [] : await lookAtWiring(kind, file)),
    lookAtAgent(kind, reply),
    ...(await lookAtUnit(kind)),
  ].map((finding) => ({ ...finding, about: `${kind} ${finding.about}` }))
}
