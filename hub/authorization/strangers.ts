// Anybody on the network may register a device and ask for a code: so both are counted (cross-device flows, RFC 10027: limits on
// issue as well as on entry).
import type Provider from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import type { Devices } from './devices.ts'
import { createLimiter } from './limiter.ts'

/** Per address and ten minutes. A household pairs a handful of devices on a busy day. */
const PER_ADDRESS = { tries: 60, window: minutes(10) } as const
/** Registered and not paired, all together; they go after an hour. */
const UNPAIRED_LIMIT = 1000

export function boundStrangers(provider: Provider, devices: Devices, clock: Clock): void {
  const limits = new Map([
    ['/oauth/register', createLimiter({ ...PER_ADDRESS, clock })],
    ['/oauth/device_authorization', createLimiter({ ...PER_ADDRESS, clock })],
  ])

  provider.use(async (ctx, next) => {
    const limiter = ctx.method === 'POST' ? limits.get(ctx.path) : undefined
    if (limiter === undefined) return next()
    const full = ctx.path === '/oauth/register' && devices.unpairedCount() >= UNPAIRED_LIMIT
    if (full || !limiter.allows(ctx.ip)) {
      ctx.status = 429
      ctx.set('retry-after', '600')
      ctx.body = {
        error: 'temporarily_unavailable',
        error_description: 'too many requests of this kind: wait ten minutes',
      }
      return
    }
    limiter.count(ctx.ip)
    await next()
  })
}
