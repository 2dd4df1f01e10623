// Whether two addresses are in the same house. A device and the phone that lets it in stand beside each other; a request from elsewhere
// is how a stranger gets somebody to approve for them (cross-device flows, RFC 10027 §6.1.1: proximity).
import { BlockList, isIP, isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis, minutes } from '#contract/time.ts'
import { plainAddress } from '../address.ts'

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
  const [a, b] = [plainAddress(one), plainAddress(other)]
  if (a === b) return isIP(a) !== 0
  if (isIP(a) === 0 || isIP(b) === 0) return false
  if (isWithin(a, own) && isWithin(b, own)) return true
  return isIPv4(a) === isIPv4(b) && isWithin(a, [{ address: b, prefix: isIPv4(b) ? 24 : 64 }])
}

function isWithin(address: string, networks: readonly Network[]): boolean {
  const list = new BlockList()
  for (const { address: base, prefix } of networks) {
    const plain = plainAddress(base)
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
