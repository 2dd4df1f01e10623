// Where the hub listens, and whether that is this machine alone.
import { BlockList, isIP, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { isLoopbackHost, UsageError } from '#contract/settings.ts'

export interface Address {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

const ADDRESS = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i

/** Reads `127.0.0.1:8080`, `[::1]:8080`, `0.0.0.0:8443`, `localhost:0`. `setting` is named when it is wrong. */
export function parseAddress(text: string, setting: string): Address {
  const [, six, name, port] = ADDRESS.exec(text) ?? []
  const host = six ?? name
  if (host === undefined || Number(port) > 65_535 || (six !== undefined && isIP(six) !== 6)) {
    throw new UsageError(`Cannot use ${setting} as it must be host:port such as 127.0.0.1:8080: got something else`)
  }
  return { host, port: Number(port) }
}

/** An address that others can reach needs TLS, or somebody who says that passwords may travel in clear. */
export function refuseOpenBinding(address: Address, setting: string, { tls, insecureLan }: Openness): void {
  if (isLoopbackHost(address.host) || tls || insecureLan) return
  throw new UsageError(
    `Cannot bind ${address.host} (${setting}) without TLS, as passwords and tokens would cross the network in clear: use --lan, LATCHKEY_TLS=auto or an own certificate, or say --insecure-lan`,
  )
}

export interface Openness {
  readonly tls: boolean
  readonly insecureLan: boolean
}

/** Addresses that are inside somebody's own network (RFC 1918, 3927, 4193, 4291): all that our authority may vouch for. */
export const LOCAL_SUBNETS = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
] as const

const local = new BlockList()
for (const subnet of LOCAL_SUBNETS) {
  const [network = '', prefix] = subnet.split('/')
  local.addSubnet(network, Number(prefix), isIPv4(network) ? 'ipv4' : 'ipv6')
}
const isLocal = (address: string): boolean => local.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')

/** The addresses this machine has on its own networks, IPv4 first, without loopback and link-local ones. */
export function lanAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? [])
  return all
    .filter(({ internal, address }) => !internal && !/^(fe80|169\.254)/i.test(address) && isLocal(address))
    .map(({ address }) => address)
    .sort((a, b) => Number(isIPv4(b)) - Number(isIPv4(a)))
}
