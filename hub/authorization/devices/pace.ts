// Polling at the pace we asked for (RFC 8628 §3.5), which oidc-provider neither announces nor enforces. The more devices wait, the longer
// each is asked to: a storm of them leaves time for the people who let them in.
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
/** All devices together: a poll costs about a thousandth of a second. */
const POLLS_PER_SECOND = 250

export interface Pace {
  /** What a device that begins to wait now is promised, in seconds. */
  begin(deviceCode: string): number
  /** Whether this pending poll came too early, or its device began when far fewer waited. The first one never does. */
  tooEarly(deviceCode: string): boolean
  /** The device has its answer. */
  end(deviceCode: string): void
  /** How many wait. */
  readonly size: number
}

/** `shortest` is what is asked for while few wait. */
export function createPace(shortest: Millis, clock: Clock): Pace {
  // The one that was heard of longest ago first.
  const waiting = new Map<string, { interval: Millis; at: Millis; polled: boolean }>()
  const keyOf = (deviceCode: string) => hash('sha256', deviceCode, 'base64url')

  const forgetOld = (now: Millis) => {
    for (const [key, { at }] of waiting) {
      if (now - at < FORGET_AFTER) return
      waiting.delete(key)
    }
  }
  const put = (key: string, entry: { interval: Millis; at: Millis; polled: boolean }) => {
    waiting.delete(key)
    waiting.set(key, entry)
  }

  /** Between two polls of each, when so many wait. */
  const shareOf = (count: number): Millis => millis((count * 1000) / POLLS_PER_SECOND)

  return {
    begin(deviceCode) {
      const at = clock.uptime()
      forgetOld(at)
      const interval = millis(Math.max(shortest, shareOf(waiting.size + 1)))
      put(keyOf(deviceCode), { interval, at, polled: false })
      return Math.ceil(interval / 1000)
    },
    tooEarly(deviceCode) {
      const now = clock.uptime()
      forgetOld(now)
      const key = keyOf(deviceCode)
      // One that a hub before this one had promised something.
      const last = waiting.get(key) ?? { interval: shortest, at: now, polled: false }
      const isCrowded = last.interval < shareOf(waiting.size) / 2
      const early = last.polled && (isCrowded || now - last.at < last.interval - TOLERANCE)
      put(key, { interval: early ? millis(last.interval + SLOW_DOWN_STEP) : last.interval, at: now, polled: true })
      return early
    },
    end(deviceCode) {
      waiting.delete(keyOf(deviceCode))
    },
    get size() {
      return waiting.size
    },
  }
}

/** Announces the interval to devices and answers `slow_down` to those that do not keep it. */
export function keepPace(provider: Provider, pace: Pace): void {
  provider.on('device_authorization.success', (_ctx, body) => {
    Object.assign(body, { interval: pace.begin(String(body.device_code)) })
  })
  provider.use(async (ctx, next) => {
    await next()
    const code = ctx.oidc?.route === 'token' ? ctx.oidc.params?.device_code : undefined
    if (typeof code !== 'string') return
    if (ctx.body?.error !== 'authorization_pending') return pace.end(code)
    if (!pace.tooEarly(code)) return
    ctx.body = { error: 'slow_down', error_description: 'polling faster than the interval allows' }
  })
}
