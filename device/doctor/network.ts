// Whether the hub can be reached as the agent would: found, trusted, and its broker listening.
import { connect } from 'node:net'
import * as v from 'valibot'
import { after, type Clock } from '#contract/clock.ts'
import { decode } from '#contract/parse.ts'
import { seconds } from '#contract/time.ts'
import { listenForHubs } from '../discovery.ts'
import type { Lookup } from '../lookup.ts'
import { createHttp } from '../oauth/http.ts'
import { reasonOf } from '../reason.ts'
import { about, type Finding } from './finding.ts'

export interface NetworkOptions {
  /** Undefined: to be found. */
  readonly hub: URL | undefined
  readonly ca: string | undefined
  readonly lookup: Lookup
  readonly clock: Clock
}

const metadata = v.object({ issuer: v.string(), mqtt_endpoint: v.optional(v.string()) })
const hub = about('hub')

export async function lookAtNetwork(options: NetworkOptions): Promise<readonly Finding[]> {
  const named = options.hub
  if (named !== undefined) return lookAtHub(named, options)
  const never = new AbortController().signal
  const found = await listenForHubs(options.clock, never)
  const [only, ...more] = found
  if (only === undefined) {
    return [hub.warning('none announces itself in this network', 'start it with --lan, or name it: --hub https://…')]
  }
  if (more.length > 0) {
    const names = found.map(({ issuer }) => issuer.origin).join(', ')
    return [hub.problem(`several announce themselves: ${names}`, 'name one with --hub')]
  }
  // Its authority is believed at the first pairing and pinned; here it is only asked whether it is there.
  return [hub.ok(`${only.issuer.origin} announces itself`), ...(await lookAtHub(only.issuer, options))]
}

async function lookAtHub(issuer: URL, { ca, lookup, clock }: NetworkOptions): Promise<readonly Finding[]> {
  const { signal } = new AbortController()
  await using http = createHttp({ clock, signal, ca, lookup })
  try {
    const answer = await http.fetch(new URL('/.well-known/openid-configuration', issuer).href, { signal })
    const read = decode(metadata, await answer.json().catch(() => undefined), 'the metadata')
    if (new URL(read.issuer).origin !== issuer.origin) {
      return [hub.problem(`${issuer.origin} says it is ${read.issuer}`, 'name it as it names itself')]
    }
    return [
      hub.ok(`${issuer.origin} answers${issuer.protocol === 'https:' ? ', and its certificate is trusted' : ''}`),
      skewOf(http.skew()),
      ...(read.mqtt_endpoint === undefined ? [] : [await lookAtBroker(new URL(read.mqtt_endpoint), { lookup, clock })]),
    ]
  } catch (error) {
    const because = reasonOf(error)
    const todo = /certificate/.test(because)
      ? "give its authority with --ca (the hub's page offers it), or pair once with what it announces"
      : 'look whether it runs, and whether this machine is in its network; the device regulates without it'
    return [hub.problem(`${issuer.origin} does not answer as a hub: ${because}`, todo)]
  }
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
