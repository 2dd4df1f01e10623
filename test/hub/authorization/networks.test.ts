// Who may be let in from where: a device and the phone beside it are in one house.
import { expect, test } from 'vitest'
import { minutes, seconds } from '#contract/time.ts'
import { countedAs } from '../../../hub/address.ts'
import { isSameHouse, type Network, ownNetworks } from '../../../hub/authorization/networks.ts'
import { VirtualClock } from '../../../simulator/clock.ts'
import { becomeOwner } from '../../person.ts'
import { createBareDevice } from './device-client.ts'
import { type Server, startServer } from './server.ts'

const HOUSE: readonly Network[] = [
  { address: '127.0.0.1', prefix: 8 },
  { address: '192.168.1.5', prefix: 24 },
  { address: 'fd12:3456:789a:1::5', prefix: 64 },
  { address: 'fe80::5', prefix: 64 },
]

test.for([
  ['192.168.1.20', '192.168.1.30', true],
  ['192.168.1.20', 'fd12:3456:789a:1::30', true],
  ['fe80::1%eth0', '192.168.1.30', true],
  ['::ffff:192.168.1.20', '192.168.1.30', true],
  ['127.0.0.1', '192.168.1.30', true],
  ['192.168.1.20', '192.168.2.30', false],
  ['192.168.1.20', '203.0.113.7', false],
  ['203.0.113.7', '203.0.113.7', true],
  ['203.0.113.7', '203.0.113.99', true],
  ['203.0.113.7', '203.0.114.7', false],
  ['2001:db8:1:2::7', '2001:db8:1:2::99', true],
  ['2001:db8:1:2::7', '2001:db8:1:3::7', false],
  ['203.0.113.7', '2001:db8:1:2::7', false],
  ['unknown', 'unknown', false],
  ['unknown', '192.168.1.20', false],
] as const)('%s and %s are in one house: %s', ([one, other, same]) => {
  expect(isSameHouse(one, other, HOUSE)).toBe(same)
  expect(isSameHouse(other, one, HOUSE)).toBe(same)
})

test.for([
  ['2001:db8:1:2::7', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002:0000:0000:0000:0007', '2001:db8:1:2::/64'],
  ['2001:db8:1:3::7', '2001:db8:1:3::/64'],
  ['2001:db8::7', '2001:db8:0:0::/64'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
  ['fe80::7%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['192.0.2.1', '192.0.2.1'],
  ['unknown', 'unknown'],
] as const)('%s is counted as %s', ([address, network]) => {
  expect(countedAs(address)).toBe(network)
})

test('this machine is a house of its own', () => {
  expect(ownNetworks()).toContainEqual({ address: '127.0.0.1', prefix: 8 })
  expect(isSameHouse('127.0.0.1', '127.0.0.2')).toBe(true)
})

async function askFromAfar(server: Server) {
  const device = await createBareDevice(server.url)
  const { deviceCode, userCode } = await device.askForCode()
  return { userCode, redeem: async () => (await device.redeem(deviceCode)).body }
}

test('a device that asks from elsewhere is not let in, by anybody, until the owner allows it for ten minutes', async () => {
  const clock = new VirtualClock()
  await using server = await startServer({ clock, isSameHouse: () => false })
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const first = await askFromAfar(server)
  const page = await owner.get(`/pair?user_code=${first.userCode}`)
  expect(page).toMatchObject({ status: 403, text: expect.stringContaining('This device is somewhere else') })
  expect(page.text).toContain('another network')
  // Whoever sends the form without the page gets no further.
  await owner.post('/pair', { user_code: first.userCode, answer: 'approved' })
  expect(await first.redeem()).toMatchObject({ error: 'authorization_pending' })

  const allowed = await owner.post('/pair/elsewhere', { user_code: first.userCode })
  expect(allowed.text).toContain('Let this')
  expect((await owner.post('/pair', { user_code: first.userCode, answer: 'approved' })).text).toContain('It is let in')
  await clock.advance(seconds(5))
  expect(await first.redeem()).toHaveProperty('access_token')

  await clock.advance(minutes(10))
  const second = await askFromAfar(server)
  expect((await owner.get(`/pair?user_code=${second.userCode}`)).status).toBe(403)
})

test('a no is taken from anywhere', async () => {
  await using server = await startServer({ isSameHouse: () => false })
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const { userCode, redeem } = await askFromAfar(server)
  expect((await owner.post('/pair', { user_code: userCode, answer: 'denied' })).text).toContain('It stays out')
  expect(await redeem()).toMatchObject({ error: 'access_denied' })
})

test('the page shows both addresses, and who says yes says what the device is called and where it stands', async () => {
  await using server = await startServer()
  const owner = await becomeOwner(server.url, server.authorization.ownerKey.text)
  const hall = await askFromAfar(server)
  const page = await owner.get(`/pair?user_code=${hall.userCode}`)
  expect(page.text).toContain('the same network')
  expect(page.text).toMatch(/<dt>Address<\/dt><dd>(127\.0\.0\.1|::1)<\/dd>/)
  const form = { user_code: hall.userCode, answer: 'approved', name: 'Upstairs', room: 'Landing' }
  const tooLong = await owner.post('/pair', { ...form, room: 'x'.repeat(33) })
  expect(tooLong.text).toContain('at most 32 characters')
  await owner.post('/pair', form)
  expect(server.authorization.devices.paired()).toMatchObject([{ name: 'Upstairs', room: 'Landing' }])
  // The next one is offered the rooms that there are.
  const next = await askFromAfar(server)
  expect((await owner.get(`/pair?user_code=${next.userCode}`)).text).toContain('<option value="Landing">')
  await owner.post('/pair', { user_code: next.userCode, answer: 'approved' })
  expect(server.authorization.devices.paired()[1]).toMatchObject({ name: 'Kitchen', room: undefined })
})
