// Anybody on the network may register a device, ask for a code, and send a browser to sign in or out, with a request pushed before or
// without; each of it leaves a row. So all of it is counted and measured (cross-device flows, RFC 10027: limits on issue as well as on entry).
import type Provider from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import { isDeviceId } from '#contract/ids.ts'
import { type Millis, minutes } from '#contract/time.ts'
import type { Devices } from './devices/devices.ts'
import { createAddressLimiter, createLimiter } from './limiter.ts'
import { isForPerson, REFUSAL_HEADERS, tooManyRequests } from './pages/refusal.ts'
import { routePath } from './route-path.ts'
import type { Session } from './sign-in/sessions.ts'

export interface StrangerLimits {
  /** Registrations, and codes asked for, per address and ten minutes. */
  readonly perAddress: number
  /** Registered and not paired, all together; they go after an hour. */
  readonly unpaired: number
  /** Requests to sign in or out of browsers that nobody is signed in on, and pushed ones, per address and ten minutes, and of all. */
  readonly authorizations: { readonly perAddress: number; readonly all: number }
}

/** A household pairs a handful of devices on a busy day, and a program that sends its users here sends them by their own addresses. */
export const STRANGER_LIMITS: StrangerLimits = {
  perAddress: 60,
  unpaired: 1000,
  authorizations: { perAddress: 300, all: 10_000 },
}

/** As long as a request's address may be: a body shall not leave a larger row. */
const LONGEST_BODY = 16 * 1024

/** The same of one person on all their browsers: each may leave a session, a grant and a refresh token, for a month. */
export const OF_ONE_PERSON = 1_000

/** Where a browser is sent, with what follows below it: the library begins a session there, or goes on with one that has ended. */
export const BROWSERS = /^\/oauth\/(?:authorize|end-session)(?:\/|$)/i

const WINDOW = minutes(10)

/**
 * Returns whether this client may prove itself once more: the id of each of its assertions is remembered until it ends, and a device that
 * nobody has let in is anybody. It has twice what it needs to ask at its pace, and some to begin with.
 */
export function boundProofs(options: {
  readonly devices: Devices
  readonly clock: Clock
  readonly pollInterval: Millis
}): (clientId: string) => boolean {
  const { devices, clock, pollInterval } = options
  const tries = Math.ceil((2 * WINDOW) / pollInterval) + 60
  const limiter = createLimiter({ tries, window: WINDOW, clock })
  return (clientId) => {
    if (!isDeviceId(clientId)) return true
    // Most are known and far below it: the database is asked about the others.
    if (!limiter.allows(clientId)) return devices.find(clientId)?.pairedAt !== undefined
    limiter.count(clientId)
    return true
  }
}

export function boundStrangers(
  provider: Provider,
  options: {
    readonly devices: Devices
    readonly clock: Clock
    readonly bounds: StrangerLimits
    /** Who is signed in on the browser that made this request: no stranger, but a guest at least. */
    readonly sessionOf: (cookieHeader: string | undefined) => Pick<Session, 'account'> | undefined
  },
): void {
  const { devices, clock, bounds, sessionOf } = options
  const window = WINDOW
  const perAddress = { tries: bounds.perAddress, window, clock }
  const posts = new Map([
    ['/oauth/register', createAddressLimiter(perAddress)],
    ['/oauth/device_authorization', createAddressLimiter(perAddress)],
    ['/oauth/par', createAddressLimiter({ tries: bounds.authorizations.perAddress, window, clock })],
  ])
  const browsers = createAddressLimiter({ tries: bounds.authorizations.perAddress, window, clock })
  const ofPeople = createLimiter({ tries: Math.max(OF_ONE_PERSON, bounds.authorizations.perAddress), window, clock })
  const authorizations = createLimiter({ tries: bounds.authorizations.all, window, clock })

  provider.use(async (ctx, next) => {
    const path = routePath(ctx.path)
    const isBrowser = BROWSERS.test(path)
    const limiter = isBrowser ? browsers : ctx.method === 'POST' ? posts.get(path) : undefined
    if (limiter === undefined) return next()
    const person = isBrowser ? sessionOf(ctx.headers.cookie)?.account.id : undefined
    if (person !== undefined) {
      if (!ofPeople.allows(person)) return refuse(ctx, isBrowser)
      ofPeople.count(person)
      return next()
    }
    if (ctx.method === 'POST' && !(Number(ctx.get('content-length') || Number.NaN) <= LONGEST_BODY)) {
      ctx.status = ctx.get('content-length') === '' ? 411 : 413
      ctx.body = {
        error: 'invalid_request',
        error_description: `the body must say how long it is, which is ${LONGEST_BODY} bytes at most`,
      }
      return
    }
    const leavesRequest = isBrowser || path === '/oauth/par'
    const isFull =
      (path === '/oauth/register' && devices.unpairedCount() >= bounds.unpaired) ||
      (leavesRequest && !authorizations.allows(''))
    if (isFull || !limiter.allows(ctx.ip)) return refuse(ctx, isBrowser)
    limiter.count(ctx.ip)
    if (leavesRequest) authorizations.count('')
    await next()
  })
}

function refuse(ctx: Context, isBrowser: boolean): void {
  ctx.status = 429
  ctx.set('retry-after', '600')
  if (isBrowser && isForPerson(ctx.get('accept'))) {
    ctx.set(REFUSAL_HEADERS)
    ctx.body = tooManyRequests
    return
  }
  ctx.body = {
    error: 'temporarily_unavailable',
    error_description: 'too many requests of this kind: wait ten minutes',
  }
}

/** What Koa's is of it. */
interface Context {
  status: number
  body: unknown
  get(name: string): string
  set(name: string, value: string): void
  set(headers: Readonly<Record<string, string>>): void
}
