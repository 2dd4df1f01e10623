// The hub's own addresses, for what must not lead back to it.
import { isLoopback } from '../../address.ts'
import { ownNetworks } from '../networks.ts'

/** Whether a URL is of this hub: its issuer, or one of its `ports` by any name or address of this machine. */
export function createIsOwnAddress(issuer: URL, ports: readonly number[]): (url: URL) => boolean {
  const own = [portOf(issuer), ...ports]
  return (url) => {
    const host = url.hostname.replace(/^\[|\]$/g, '')
    const isHere =
      url.hostname === issuer.hostname ||
      host === 'localhost' ||
      isLoopback(host) ||
      ownNetworks().some(({ address }) => address === host)
    return isHere && own.includes(portOf(url))
  }
}

const portOf = ({ port, protocol }: URL): number => (port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port))
