// Anybody on the network may register a device and ask for a code: so both are counted (cross-device flows, RFC 10027: limits on
// issue as well as on entry).
import type Provider from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import type { Devices } from './devices.ts'
import { createLimiter } from './limiter.ts'

export interface StrangerLimits {
  /** Registrations, and codes asked for, per address and ten minutes. */
  readonly perAddress: number
  /** Registered and not paired, all together; they go after an hour. */
  readonly unpaired: number
}

/** A household pairs a handful of devices on a busy day. */
export const STRANGER_LIMITS: StrangerLimits = { perAddress: 60, unpaired: 1000 }

export function boundStrangers(provider: Provider, devices: Devices, clock: Clock, bounds: StrangerLimits): void {
  const perAddress = { tries: bounds.perAddress, window: minutes(10), clock }
  const limits = new Map([
    ['/oauth/register', createLimiter(perAddress)],
    ['/oauth/device_authorization', createLimiter(perAddress)],
  ])

  provider.use(async (ctx, next) => {
    // The router takes other spellings for the same: so does this.
    const path = ctx.path.toLowerCase().replace(/\/+$/, '')
    const limiter = ctx.method === 'POST' ? limits.get(path) : undefined
    if (limiter === undefined) return next()
    const full = path === '/oauth/register' && devices.unpairedCount() >= bounds.unpaired
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
