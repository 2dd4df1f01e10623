// Names to addresses. What ends in `.local` is asked of the network itself where the system cannot (RFC 6762): plain Debian has no nss-mdns.
import { lookup as systemLookup } from 'node:dns'
import type { TcpNetConnectOpts } from 'node:net'

/** Finds the address of a host name instead of DNS, as `net.connect` takes it. */
export type Lookup = NonNullable<TcpNetConnectOpts['lookup']>

const ANSWER_WITHIN_MILLIS = 1_500

export const lookupLocal: Lookup = (hostname, options, done) => {
  systemLookup(hostname, options, (error, address, family) => {
    if (error === null || !hostname.endsWith('.local')) return done(error, address, family)
    askNetwork(hostname).then(
      (found) => {
        if (found === undefined) return done(error, address, family)
        if (options.all === true) return done(null, [{ address: found, family: 4 }])
        done(null, found, 4)
      },
      () => done(error, address, family),
    )
  })
}

/** The library is loaded for this alone: most machines never need it. */
async function askNetwork(hostname: string): Promise<string | undefined> {
  const { default: createMulticastDns } = await import('multicast-dns')
  const mdns = createMulticastDns()
  try {
    return await new Promise((resolve) => {
      mdns.on('response', ({ answers = [] }) => {
        for (const answer of answers) {
          if (answer.type === 'A' && answer.name.toLowerCase() === hostname.toLowerCase()) resolve(answer.data)
        }
      })
      mdns.on('error', () => resolve(undefined))
      mdns.query({ questions: [{ name: hostname, type: 'A' }] })
      AbortSignal.timeout(ANSWER_WITHIN_MILLIS).addEventListener('abort', () => resolve(undefined))
    })
  } finally {
    mdns.destroy()
  }
}
