// Whether the hub can be reached as the agent would: found, trusted, and its broker listening.
import { connect } from 'node:net'
import pino from 'pino'
import * as v from 'valibot'
import { after, type Clock } from '#contract/clock.ts'
import { decode } from '#contract/parse.ts'
import { seconds } from '#contract/time.ts'
import { type FoundHub, OWN_HUB } from '../discovery.ts'
import type { Lookup } from '../lookup.ts'
import { reasonOf } from '../reason.ts'
import { createServers, type Server } from '../server.ts'
import { about, type Finding } from './finding.ts'
import type { Choice } from './server.ts'

export interface NetworkOptions extends Choice {
  readonly discover: (signal: AbortSignal) => Promise<FoundHub>
  readonly lookup: Lookup
  readonly clock: Clock
}

const metadata = v.object({ issuer: v.string(), mqtt_endpoint: v.optional(v.string()) })
const hub = about('hub')

export async function lookAtNetwork(options: NetworkOptions): Promise<readonly Finding[]> {
  const { signal } = new AbortController()
  const { hub: issuer, kept } = options
  const servers = createServers({ ...options, issuer, network: undefined, log: pino({ level: 'silent' }), signal })
  try {
    const server = await servers.of(kept)
    const found = await lookAtHub(server, options)
    const isOwn = issuer === undefined && server.issuer.href === OWN_HUB.href && kept.grant === undefined
    if (!isOwn || found.every(({ level }) => level !== 'problem')) return found
    const says = 'none announces itself in this network, and there is none on this machine'
    return [hub.warning(says, 'start it with --lan, or name it: --hub https://…')]
  } catch (error) {
    return [hub.problem(reasonOf(error), 'name the hub with --hub')]
  } finally {
    await servers[Symbol.asyncDispose]()
  }
}

async function lookAtHub(server: Server, { lookup, clock }: NetworkOptions): Promise<readonly Finding[]> {
  const { issuer, http } = server
  const { signal } = new AbortController()
  try {
    const place = `${issuer.href.replace(/\/$/, '')}/.well-known/openid-configuration`
    const answer = await http.fetch(place, { signal })
    const read = decode(metadata, await answer.json().catch(() => undefined), 'the metadata')
    if (new URL(read.issuer).href !== issuer.href) {
      return [hub.problem(`${issuer.origin} says it is ${read.issuer}`, 'name it as it names itself')]
    }
    return [
      hub.ok(`${issuer.origin} answers${issuer.protocol === 'https:' ? ', and its certificate is trusted' : ''}`),
      skewOf(http.skew()),
      ...(read.mqtt_endpoint === undefined ? [] : [await lookAtBroker(new URL(read.mqtt_endpoint), { lookup, clock })]),
    ]
  } catch (error) {
    const because = reasonOf(error, server)
    return [hub.problem(`${issuer.origin} does not answer as a hub: ${because}`, todoFor(because))]
  }
}

function todoFor(because: string): string {
  if (/authority/.test(because)) return 'the file for --ca is latchkey-ca.crt: http://hub.local:8444/trust hands it out'
  if (/certificate/.test(because)) return 'look at the clocks of both, and at the name that the hub is asked by'
  return 'look whether it runs, and whether this machine is in its network; the device regulates without it'
}

/** An assertion survives a few seconds; what is more is learned and corrected, and a certificate's dates are not. */
function skewOf(skew: number): Finding {
  const clock = about('clock')
  const off = Math.round(Math.abs(skew) / 1000)
  if (off <= 5) return clock.ok('it agrees with the hub')
  const says = `it is ${off} s ${skew > 0 ? 'behind' : 'ahead of'} the hub's`
  const todo = 'timedatectl set-ntp true, here or at the hub'
  return off > 300 ? clock.problem(says, todo) : clock.warning(says, todo)
}

const PORTS: Readonly<Record<string, number>> = { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 }

async function lookAtBroker(
  { protocol, hostname, port }: URL,
  { lookup, clock }: { readonly lookup: Lookup; readonly clock: Clock },
): Promise<Finding> {
  const broker = about('broker')
  const target = {
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? (PORTS[protocol] ?? 0) : Number(port),
  }
  const socket = connect({ ...target, lookup })
  const late = after(clock, seconds(3), () => socket.destroy(new Error('no answer within 3 s')))
  const failure = await new Promise<Error | undefined>((resolve) => {
    socket.once('connect', () => resolve(undefined))
    socket.once('error', resolve)
  })
  late()
  socket.destroy()
  if (failure === undefined) return broker.ok(`${target.host}:${target.port} listens`)
  return broker.problem(
    `${target.host}:${target.port} cannot be reached: ${reasonOf(failure)}`,
    'look for a firewall at the hub',
  )
}
