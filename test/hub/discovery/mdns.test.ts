import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import createMulticastDns from 'multicast-dns'
import { expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { listenForHubs } from '../../../device/discovery.ts'
import { startMdns } from '../../../hub/discovery/mdns.ts'
import { quiet } from '../../quiet.ts'
import { until } from '../../until.ts'

/** Asks the network as a phone does, again and again: a question may get lost. */
async function ask(
  name: string,
  type: 'A' | 'PTR' | 'SRV',
): Promise<readonly { name: string; type: string; data: unknown }[]> {
  const mdns = createMulticastDns()
  const timers: NodeJS.Timeout[] = []
  try {
    return await new Promise((resolve) => {
      mdns.on('response', ({ answers = [] }) => {
        const found = answers.filter((answer) => answer.name.toLowerCase() === name && answer.type === type)
        if (found.length > 0) resolve(found as never)
      })
      mdns.on('error', () => {})
      const question = () => mdns.query({ questions: [{ name, type }] })
      question()
      timers.push(setInterval(question, 300))
      timers.push(setTimeout(() => resolve([]), 5000))
    })
  } finally {
    for (const timer of timers) clearTimeout(timer)
    mdns.destroy()
  }
}

test('the hub answers to hub.local with an address of this machine, and tells where its services are', async () => {
  const publicUrl = new URL('https://hub.local:8443')
  await using _ = startMdns({ publicUrl, httpPort: 8443, authority: undefined, log: quiet })
  const addresses = await ask('hub.local', 'A')
  expect(addresses.length).toBeGreaterThan(0)
  const own = Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? [])
  expect(own).toContain(addresses[0]?.data)
  expect((await ask('_latchkey._tcp.local', 'PTR')).length).toBeGreaterThan(0)
})

test('a program that keeps the port of mDNS to itself ends neither a hub nor a device that looks for one', async ({
  skip,
}) => {
  const selfish = createSocket({ type: 'udp4', reuseAddr: false })
  const bound = await new Promise<boolean>((resolve) => {
    selfish.once('error', () => resolve(false))
    selfish.bind(5353, () => resolve(true))
  })
  if (!bound) return skip('another test has the port')
  try {
    await using _ = startMdns({
      publicUrl: new URL('https://hub.local:8443'),
      httpPort: 8443,
      authority: undefined,
      log: quiet,
    })
    expect(await listenForHubs(systemClock, new AbortController().signal)).toEqual([])
  } finally {
    selfish.close()
  }
})

test('a device hears the hub that is there, and which authority it has', async () => {
  const publicUrl = new URL('https://hub.local:18443')
  const authority = new URL('http://hub.local:18444/trust/latchkey-ca.crt')
  await using _ = startMdns({ publicUrl, httpPort: 18443, authority, log: quiet })
  const heard = await until(async () => {
    const all = await listenForHubs(systemClock, new AbortController().signal)
    return all.find(({ issuer }) => issuer.port === '18443')
  }, 'the hub')
  expect(heard).toEqual({ issuer: publicUrl, authority })
})
