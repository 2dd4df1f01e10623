// The firmware against the real hub, which is told to be difficult; and as a guest in a home that is simulated.
import { startHub } from 'latchkey/simulator'
import { expect, onTestFinished, test } from 'vitest'
import { runToaster } from '../toaster.js'

/** Runs until the test is over. Resolves with the code it shows. */
function switchOn(issuer) {
  const off = new AbortController()
  onTestFinished(() => off.abort())
  const code = Promise.withResolvers()
  runToaster({ issuer, show: code.resolve, signal: off.signal }).catch((error) => {
    if (!off.signal.aborted) code.reject(error)
  })
  return code.promise
}

test('pairs through a hub that is not well, and waits longer once it was told to slow down', async () => {
  await using hub = await startHub({ authorization: { pollInterval: '1s' } })
  hub.authorization.next(503, 'malformed', 'slow_down')
  await hub.approve(await switchOn(hub.issuer))
  await hub.broker.message('homie/5/+/$state', { payload: 'ready', within: '20s' })
  const polls = hub.authorization.requests.filter(({ grantType }) => grantType?.endsWith('device_code'))
  expect(polls.map(({ status }) => status)).toEqual([503, 200, 400, 200])
  const [, , third, fourth] = polls
  // RFC 8628 §3.5: five seconds more "for this and all subsequent requests".
  expect(fourth.at - third.at).toBeGreaterThanOrEqual(6000)
})

test('comes back with a new token when its connection is closed', async () => {
  await using hub = await startHub({ authorization: { pollInterval: '1s', approveAll: true } })
  await switchOn(hub.issuer)
  const ready = await hub.broker.message('homie/5/+/$state', { payload: 'ready', within: '20s' })
  const [, , id] = ready.topic.split('/')
  hub.broker.disconnect(id)
  await hub.broker.message('homie/5/+/$state', { payload: 'ready', after: ready, within: '20s' })
})
