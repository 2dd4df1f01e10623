// Addresses that requests and connections come from.
import { isIP } from 'node:net'

/**
 * What an address is counted as. Whoever has one IPv6 address has the 2^64 of its network (RFC 6177, RFC 8981), and the next costs nothing:
 * the network is counted.
 */
export function countedAs(address: string): string {
  const plain = plainAddress(address)
  if (isIP(plain) !== 6) return plain
  // One spelling (RFC 5952), and no dots in it.
  const [head = '', tail = ''] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::')
  const [left, right] = [groupsOf(head), groupsOf(tail)]
  const zeros: readonly string[] = Array(8 - left.length - right.length).fill('0')
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`
}

const groupsOf = (part: string): readonly string[] => (part === '' ? [] : part.split(':'))

/** `::ffff:192.0.2.1` is an IPv4 address, and a zone (RFC 4007) only tells which cable it came by. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')

/** This machine's own: a reverse proxy in front of the hub, and whatever else runs beside it. */
export function isLoopback(address: string): boolean {
  const plain = plainAddress(address)
  return plain === '::1' || plain.startsWith('127.')
}
