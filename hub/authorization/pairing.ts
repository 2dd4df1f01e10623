// The person's half of RFC 8628: finding the request behind a user code, and deciding it. The library's own pages are not used: they
// show no scopes, can skip consent silently, and do not bound guesses.
import type Provider from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import { isDeviceId } from '#contract/ids.ts'
import { AUDIENCE, type Scope } from '#contract/scopes.ts'
import { type Instant, instant, minutes } from '#contract/time.ts'
import type { Account } from './accounts.ts'
import type { Audit } from './audit.ts'
import type { Device, Devices } from './devices.ts'
import { createLimiter } from './limiter.ts'

/** A device that waits for a person's decision. */
export interface PairingRequest {
  readonly userCode: string
  readonly device: Device
  /** Where the request came from, and when. */
  readonly address: string
  readonly askedAt: Instant
  readonly scopes: readonly Scope[]
}

export type Lookup =
  | { readonly outcome: 'waiting'; readonly request: PairingRequest }
  | { readonly outcome: 'unknown' | 'expired' | 'decided' | 'too_many_guesses' }

export type Decision = 'approved' | 'denied'

/** Who is asking: guesses are counted for each, and for everybody together. */
export interface Asker {
  readonly address: string
  readonly account: Account
}

export interface Pairing {
  find(userCode: string, asker: Asker): Promise<Lookup>
  decide(userCode: string, asker: Asker, decision: Decision): Promise<Lookup | { readonly outcome: Decision }>
}

/** RFC 8628 §5.1: twenty to the eighth codes and so few guesses leave a chance below 2^-28 in ten minutes. */
const GUESSES = { window: minutes(10), byAddress: 10, byAccount: 10, byAll: 60 } as const

/** The scopes a device can be given; whatever else it asks for is left out. */
const DEVICE_OIDC_SCOPES = ['openid', 'offline_access']

export function createPairing(options: {
  readonly provider: Provider
  readonly devices: Devices
  readonly audit: Audit
  readonly clock: Clock
  readonly onGrantEnded: (grantId: string) => void
}): Pairing {
  const { provider, devices, audit, clock, onGrantEnded } = options
  const { window } = GUESSES
  const byAddress = createLimiter({ tries: GUESSES.byAddress, window, clock })
  const byAccount = createLimiter({ tries: GUESSES.byAccount, window, clock })
  const byAll = createLimiter({ tries: GUESSES.byAll, window, clock })
  const deciding = new Set<string>()

  const load = async (userCode: string, { address, account }: Asker) => {
    const guesses = [byAddress.allows(address), byAccount.allows(account.id), byAll.allows('all')]
    if (guesses.includes(false)) {
      audit.record({ event: 'user_code_guessed', accountId: account.id, address, detail: 'too many' })
      return { outcome: 'too_many_guesses' } as const
    }
    byAddress.count(address)
    byAccount.count(account.id)
    byAll.count('all')
    const code = await provider.DeviceCode.findByUserCode(normalizeUserCode(userCode), { ignoreExpiration: true })
    const device = code?.clientId === undefined ? undefined : devices.find(code.clientId)
    if (code === undefined || device === undefined) {
      audit.record({ event: 'user_code_guessed', accountId: account.id, address })
      return { outcome: 'unknown' } as const
    }
    byAddress.giveBack(address)
    byAccount.giveBack(account.id)
    byAll.giveBack('all')
    if (code.accountId !== undefined || code.error !== undefined) return { outcome: 'decided' } as const
    if (code.isExpired) return { outcome: 'expired' } as const
    return { outcome: 'waiting', code, device } as const
  }

  return {
    async find(userCode, asker) {
      const found = await load(userCode, asker)
      if (found.outcome !== 'waiting') return found
      const { code, device } = found
      return {
        outcome: 'waiting',
        request: {
          userCode: formatUserCode(userCode),
          device,
          address: String(code.deviceInfo?.address ?? device.address),
          askedAt: instant((code.iat ?? 0) * 1000),
          scopes: ['device'],
        },
      }
    },

    async decide(userCode, asker, decision) {
      const found = await load(userCode, asker)
      if (found.outcome !== 'waiting') return found
      const { code, device } = found
      if (deciding.has(code.jti) || !isDeviceId(code.clientId)) return { outcome: 'decided' }
      deciding.add(code.jti)
      try {
        if (decision === 'denied') {
          Object.assign(code, { error: 'access_denied', errorDescription: 'a person of the household said no' })
        } else {
          const grant = new provider.Grant({ accountId: asker.account.id, clientId: code.clientId })
          const asked = String(code.params?.scope ?? '').split(' ')
          const oidc = DEVICE_OIDC_SCOPES.filter((scope) => asked.includes(scope))
          if (oidc.length > 0) grant.addOIDCScope(oidc.join(' '))
          grant.addResourceScope(AUDIENCE, 'device')
          const grantId = await grant.save()
          devices.markPaired(device.id, asker.account.id)
          // One grant a device: what an earlier approval gave ends with the new one.
          for (const ended of devices.endGrantsExcept(device.id, grantId)) onGrantEnded(ended)
          Object.assign(code, {
            accountId: asker.account.id,
            authTime: Math.floor(clock.now() / 1000),
            grantId,
            resource: AUDIENCE,
            scope: ['device', ...oidc].join(' '),
          })
        }
        await code.save()
        const { account, address } = asker
        const event = decision === 'approved' ? 'pairing_approved' : 'pairing_denied'
        audit.record({ event, accountId: account.id, clientId: device.id, address, detail: device.name })
        return { outcome: decision }
      } finally {
        deciding.delete(code.jti)
      }
    },
  }
}

/** "case-insensitive … and ignore … punctuation", RFC 8628 §6.1. */
export const normalizeUserCode = (typed: string): string => typed.toUpperCase().replace(/[^A-Z0-9]/g, '')

/** `WDJB-MJHT`, as the device shows it. */
export function formatUserCode(typed: string): string {
  const code = normalizeUserCode(typed)
  return code.length === 8 ? `${code.slice(0, 4)}-${code.slice(4)}` : code
}
