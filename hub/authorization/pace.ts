// Polling at the pace we asked for (RFC 8628 §3.5), which oidc-provider neither announces nor enforces.
import { hash } from 'node:crypto'
import type Provider from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import { type Millis, millis, minutes, seconds } from '#contract/time.ts'

/** "the interval MUST be increased by 5 seconds for this and all subsequent requests" */
const SLOW_DOWN_STEP = seconds(5)
/** A poll this much early is not punished: the network is no clock. */
const TOLERANCE = millis(250)
/** Longer than a device code lives. */
const FORGET_AFTER = minutes(15)

export interface Pace {
  /** Whether this pending poll came too early. The first one never does. */
  tooEarly(deviceCode: string): boolean
  /** The codes being watched; for tests and bounds. */
  readonly size: number
}

/** `interval` is what the device authorization response promised. */
export function createPace(interval: Millis, clock: Clock): Pace {
  const polls = new Map<string, { interval: Millis; at: Millis }>()

  const forgetOld = (now: Millis) => {
    for (const [key, poll] of polls) {
      if (now - poll.at < FORGET_AFTER) return
      polls.delete(key)
    }
  }

  return {
    tooEarly(deviceCode) {
      const now = clock.uptime()
      forgetOld(now)
      const key = hash('sha256', deviceCode, 'base64url')
      const last = polls.get(key)
      const early = last !== undefined && now - last.at < last.interval - TOLERANCE
      const wanted = last?.interval ?? interval
      polls.delete(key)
      polls.set(key, { interval: early ? millis(wanted + SLOW_DOWN_STEP) : wanted, at: now })
      return early
    },
    get size() {
      return polls.size
    },
  }
}

/** Announces the interval to devices and answers `slow_down` to those that do not keep it. */
export function keepPace(provider: Provider, pace: Pace, interval: Millis): void {
  provider.on('device_authorization.success', (_ctx, body) => {
    Object.assign(body, { interval: Math.ceil(interval / 1000) })
  })
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.oidc?.route !== 'token' || ctx.body?.error !== 'authorization_pending') return
    const code = ctx.oidc.params?.device_code
    if (typeof code !== 'string' || !pace.tooEarly(code)) return
    ctx.body = { error: 'slow_down', error_description: 'polling faster than the interval allows' }
  })
}
