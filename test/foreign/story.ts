// A thermostat's life with an authorization server and a broker that nobody here wrote.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { expect } from 'vitest'
import { seconds } from '#contract/time.ts'
import { until } from '../home.ts'
import { hearing } from '../hub/broker/broker-room.ts'
import { type Program, startProgram } from '../processes.ts'
import { startForeignServer, startMosquitto, type Trouble } from './processes.ts'

const SECRET = 'a secret of the hall'

const CLIENTS = {
  confidential: (secretFile: string) => ['hall-heating', '--client-secret-file', secretFile],
  public: () => ['cellar-heating'],
  /** The server wants its tokens bound to its key, and gives a nonce for each proof. */
  bound: () => ['attic-heating', '--dpop'],
} as const

interface Pairing {
  readonly device: string
  readonly authorization: { readonly verificationUriComplete: string }
}
const codeOf = async (device: Program): Promise<Pairing> =>
  (await device.fact(({ phase }) => phase === 'pairing', 'a code')) as unknown as Pairing
const online = (device: Program) =>
  until(() => device.facts.at(-1)?.phase === 'online', `it to be online: ${device.stderr()}`, seconds(90))

/** It is let in, obeys, comes back when the broker does, and when it was restarted itself. `trouble` comes while it asks. */
export async function liveAbroad(options: {
  readonly folder: string
  readonly client: keyof typeof CLIENTS
  readonly trouble: readonly Trouble[]
}): Promise<void> {
  const { folder, client, trouble } = options
  await using server = await startForeignServer()
  await using broker = await startMosquitto()
  const secretFile = join(folder, 'secret')
  writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 })
  const start = () =>
    startProgram([
      ...['device', 'thermostat', '--board', 'simulated', '--data', folder, '--issuer', server.issuer.href],
      ...[
        '--client-id',
        ...CLIENTS[client](secretFile),
        '--mqtt',
        broker.url.href,
        '--scope',
        'openid offline_access home',
      ],
    ])
  const watcher = await mqtt.connectAsync(broker.url.href)
  const heard = hearing(watcher)
  await watcher.subscribeAsync(['homie/5/#', '$latchkey/#', '#'])

  let thermostat = start()
  try {
    const { device, authorization } = await codeOf(thermostat)
    server.cause(...trouble)
    await until(() => trouble.every((each) => server.asked.includes(each)), 'the trouble to be over', seconds(220))
    await server.approve(authorization.verificationUriComplete)
    await online(thermostat)
    await until(() => heard.some(({ topic }) => topic === `homie/5/${device}/climate/target`), 'its state')

    await watcher.publishAsync(`homie/5/${device}/climate/target/set`, '23.5')
    await until(() => heard.some(({ payload }) => payload === '23.5'), 'the new target')

    const before = server.asked.length
    await broker.restart()
    await thermostat.fact(({ phase }) => phase === 'offline', 'it to notice')
    await online(thermostat)

    // Refresh tokens rotate: each start spends the one that the start before was given.
    for (let restarts = 0; restarts < 2; restarts++) {
      await thermostat.end('SIGTERM')
      thermostat = start()
      await online(thermostat)
      expect(thermostat.facts.some(({ phase }) => phase === 'pairing')).toBe(false)
    }
    expect(server.asked.length - before).toBeGreaterThanOrEqual(2)
    expect(server.asked.includes('use_dpop_nonce')).toBe(client === 'bound')

    // Only our own hub is ever given a token other than as a password.
    expect(heard.filter(({ topic }) => topic.startsWith('$latchkey'))).toEqual([])
    expect(thermostat.stderr()).not.toContain(SECRET)
  } finally {
    await thermostat[Symbol.asyncDispose]()
    await watcher.endAsync(true)
  }
}
