// How a light device gets in: it registers, asks for a code, a person says yes to it, and it asks for its tokens at the pace it was told.
import type { Clock } from '#contract/clock.ts'
import type { DeviceId, Kind } from '#contract/ids.ts'
import { millis, seconds } from '#contract/time.ts'
import type { AuthorizationServer, DeviceClient, Tokens } from './client.ts'
import type { Host } from './host.ts'
import { Trouble } from './trouble.ts'

export interface Paired {
  readonly client: DeviceClient
  readonly tokens: Tokens & { readonly refreshToken: string }
}

/** "the interval MUST be increased by 5 seconds for this and all subsequent requests" RFC 8628 §3.5 */
const SLOW_DOWN_STEP = seconds(5)

/** Rejects with a `Trouble` where it is not let in, and with the reason of `signal` when that aborts. */
export async function pair(options: {
  readonly kind: Kind
  readonly name: string
  readonly server: AuthorizationServer
  readonly host: Host
  readonly clock: Clock
  readonly signal: AbortSignal
  /** From now on the home has this device. */
  readonly onApproved: (device: DeviceId) => void
}): Promise<Paired> {
  const { kind, name, server, host, clock, signal, onApproved } = options
  const client = await server.register({ kind, name, signal })
  const { deviceCode, userCode, lifetime, interval } = await client.askForCode()
  const codeEnds = clock.uptime() + lifetime
  await host.approve(userCode, client.id)
  onApproved(client.id)

  for (let wait = interval; clock.uptime() + wait < codeEnds; ) {
    await clock.sleep(wait, signal)
    const answer = await client.redeem(deviceCode)
    if (answer.type === 'granted') {
      const { refreshToken } = answer.tokens
      if (refreshToken === undefined) throw new Trouble('token', 'no refresh token')
      return { client, tokens: { ...answer.tokens, refreshToken } }
    }
    if (answer.type === 'slow_down') wait = millis(wait + SLOW_DOWN_STEP)
  }
  throw new Trouble('token', 'the code expired')
}
