// The authorization server as a process of its own, so that it can be held to one core and be measured apart from who asks it.
import { millis } from '#contract/time.ts'
import { startServer } from '../hub/authorization/server.ts'
import { startBareLibrary } from './bare-library.ts'

const server = await startServer({
  // How often a device that waits may prove itself follows from this.
  pollInterval: millis(1),
  strangers: { perAddress: 1e9, unpaired: 1e9, authorizations: { perAddress: 1e9, all: 1e9 } },
})
const { registrationTokens, ownerKey } = server.authorization
const token = () => registrationTokens.create({ name: 'Bench', scopes: ['home:read'], password: false })?.text
process.on('message', (ask) => {
  if (ask === 'cpu') process.send?.(process.cpuUsage())
  if (ask === 'end') void server[Symbol.asyncDispose]().then(() => process.exit(0))
})
const peer = await startBareLibrary()
process.send?.({
  url: server.url.href,
  peer,
  ownerKey: ownerKey.text,
  registrationTokens: [token(), token()],
})
