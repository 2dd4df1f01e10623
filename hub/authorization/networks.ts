// Whether two addresses are in the same house. A device and the phone that lets it in stand beside each other; a request from elsewhere
// is how a stranger gets somebody to approve for them (cross-device flows, RFC 10027 §6.1.1: proximity).
import { BlockList, isIP, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis, minutes } from '#contract/time.ts'

export interface Network {
  readonly address: string
  /** Of the prefix, in bits. */
  readonly prefix: number
}

/** The networks that this machine is part of, loopback included. */
export const ownNetworks = (): readonly Network[] =>
  Object.values(networkInterfaces()).flatMap((each = []) =>
    each.flatMap(({ address, cidr }) => (cidr === null ? [] : [{ address, prefix: Number(cidr.split('/')[1]) }])),
  )

/**
 * Both in networks that the hub is part of: a phone comes by IPv6 where a small device comes by IPv4, and still they are in the same
 * house. Or, where the hub stands elsewhere, both behind the same prefix as households are given it (/24 and RFC 6177's /64).
 */
export function isSameHouse(one: string, other: string, own: readonly Network[] = ownNetworks()): boolean {
  const [a, b] = [normalize(one), normalize(other)]
  if (a === b) return isIP(a) !== 0
  if (isIP(a) === 0 || isIP(b) === 0) return false
  if (isWithin(a, own) && isWithin(b, own)) return true
  return isIPv4(a) === isIPv4(b) && isWithin(a, [{ address: b, prefix: isIPv4(b) ? 24 : 64 }])
}

/**
 * What an address is counted as. Whoever has one IPv6 address has the 2^64 of its network (RFC 6177, RFC 8981), and the next costs nothing:
 * the network is counted.
 */
export function countedAs(address: string): string {
  const plain = normalize(address)
  if (isIP(plain) !== 6) return plain
  // One spelling (RFC 5952), and no dots in it.
  const [head = '', tail = ''] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::')
  const [left, right] = [groupsOf(head), groupsOf(tail)]
  const zeros: readonly string[] = Array(8 - left.length - right.length).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}

const groupsOf = (part: string): readonly string[] => (part === '' ? [] : part.split(':'))

/** `::ffff:192.0.2.1` is an IPv4 address, and a zone (RFC 4007) only tells which cable it came by. */
const normalize = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')

function isWithin(address: string, networks: readonly Network[]): boolean {
  const list = new BlockList()
  for (const { address: base, prefix } of networks) {
    const plain = normalize(base)
    list.addSubnet(plain, prefix, isIPv4(plain) ? 'ipv4' : 'ipv6')
  }
  return list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/** The owner's word that the next devices may ask from another network: for a while, and not over a restart. */
export interface Elsewhere {
  isAllowed(): boolean
  allow(): void
}

export const ELSEWHERE_LASTS = minutes(10)

export function createElsewhere(clock: Clock): Elsewhere {
  let until: Millis | undefined
  return {
    isAllowed: () => until !== undefined && clock.uptime() < until,
    allow() {
      until = millis(clock.uptime() + ELSEWHERE_LASTS)
    },
  }
}
