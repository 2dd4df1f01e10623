// Finding the hub without being told: it announces itself in the household's network (RFC 6762, RFC 6763).
import { X509Certificate } from 'node:crypto'
import type { Clock } from '#contract/clock.ts'
import { isLoopbackHost } from '#contract/settings.ts'
import { seconds } from '#contract/time.ts'
import type { Lookup } from './lookup.ts'
import { createHttp, type Http } from './oauth/http.ts'

/** A hub that says it is here, and where its certificate authority is handed out; undefined where it has none of its own. */
export interface Announced {
  readonly issuer: URL
  readonly authority: URL | undefined
}

/** Where it is, and the PEM of the authority to trust for it. */
export interface FoundHub {
  readonly issuer: URL
  readonly ca: string | undefined
}

const SERVICE = '_latchkey._tcp.local'
/** mDNS answers come within a second; a question may get lost, so it is asked twice. */
const LISTEN_FOR = seconds(1)

/** Every hub that answers. The library is loaded for this alone: a device that is paired never needs it. */
export async function listenForHubs(clock: Clock, signal: AbortSignal): Promise<readonly Announced[]> {
  const { default: createMulticastDns } = await import('multicast-dns')
  const found = new Map<string, Announced>()
  const mdns = createMulticastDns()
  // A machine without a network, or one whose port somebody else keeps to himself, hears nobody; that is no failure.
  mdns.on('error', () => {})
  mdns.on('response', ({ answers = [], additionals = [] }) => {
    for (const record of [...answers, ...additionals]) {
      if (record.type !== 'TXT' || !record.name.toLowerCase().endsWith(SERVICE)) continue
      const announced = readAnnouncement(decodeTxt(record.data))
      // One issuer with two authorities is two hubs: somebody is not who he says.
      if (announced !== undefined) found.set(`${announced.issuer.href} ${announced.authority?.href}`, announced)
    }
  })
  try {
    for (let asked = 0; asked < 2; asked++) {
      mdns.query({ questions: [{ name: SERVICE, type: 'PTR' }] })
      await clock.sleep(LISTEN_FOR, signal)
    }
  } finally {
    mdns.destroy()
  }
  return [...found.values()]
}

/** `key=value` each (RFC 6763 §6.3). */
function decodeTxt(data: unknown): Readonly<Record<string, string>> {
  const entries = (Array.isArray(data) ? data : [data]).map((entry) => String(entry))
  return Object.fromEntries(
    entries.map((entry) => entry.split(/=(.*)/s, 2)).map(([key = '', value = '']) => [key, value]),
  )
}

/** Anybody in the network may announce anything: what is no hub that may be joined is not there. */
export function readAnnouncement(txt: unknown): Announced | undefined {
  const { issuer, ca } = (txt ?? {}) as { readonly issuer?: unknown; readonly ca?: unknown }
  const url = urlOf(issuer)
  if (url === undefined || url.pathname !== '/') return undefined
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopbackHost(url.hostname))
  if (!isSafe) return undefined
  const authority = urlOf(ca)
  // From the hub itself and not from a third party.
  return { issuer: url, authority: authority?.hostname === url.hostname ? authority : undefined }
}

const urlOf = (text: unknown): URL | undefined =>
  typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined

/** Where nobody announces a hub: the one that would be on this machine. */
export const OWN_HUB = new URL('http://localhost:8080')

/** The hub of this household, else the one that would be on this machine. */
export const discoverHubOrOwn = async (options: DiscoveryOptions): Promise<FoundHub> =>
  (await discoverHub(options)) ?? { issuer: OWN_HUB, ca: undefined }

export interface DiscoveryOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly lookup?: Lookup | undefined
  readonly hubs?: (clock: Clock, signal: AbortSignal) => Promise<readonly Announced[]>
}

/**
 * The one hub of this household. Its authority is believed the first time and pinned from then on: whoever wants to be sure from the
 * first moment names the hub and its authority with `--hub` and `--ca`. Rejects when several answer.
 */
export async function discoverHub(options: DiscoveryOptions): Promise<FoundHub | undefined> {
  const { clock, signal, lookup, hubs = listenForHubs } = options
  const all = await hubs(clock, signal)
  const [first, second] = all
  if (first === undefined) return undefined
  if (second !== undefined) {
    const names = all.map(({ issuer }) => issuer.origin).join(', ')
    throw new Error(`Cannot choose a hub as one must be named with --hub: got ${names}`)
  }
  const { issuer, authority } = first
  if (authority === undefined) return { issuer, ca: undefined }
  await using http = createHttp({ clock, signal, lookup })
  return { issuer, ca: await fetchAuthority(authority, http) }
}

/** The PEM of the certificate there, which must be an authority's. */
async function fetchAuthority(url: URL, http: Http): Promise<string> {
  const answer = await http.fetch(url.href, {})
  if (answer.status !== 200)
    throw new Error(`Cannot fetch the hub's authority as ${url.href} must have it: got ${answer.status}`)
  const certificate = new X509Certificate(Buffer.from(await answer.arrayBuffer()))
  if (!certificate.ca) throw new Error(`Cannot trust ${url.href} as it must be an authority's certificate: got another`)
  return certificate.toString()
}
