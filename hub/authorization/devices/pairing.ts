// The person's half of RFC 8628: finding the request behind a user code, and deciding it. The library's own pages are not used: they
// show no scopes, can skip consent silently, and do not bound guesses.
import type Provider from 'oidc-provider'
import type { Clock } from '#contract/clock.ts'
import { isDeviceId } from '#contract/ids.ts'
import { AUDIENCE, type Scope } from '#contract/scopes.ts'
import { type Instant, instant, minutes } from '#contract/time.ts'
import type { Audit } from '../audit/audit.ts'
import type { Grants } from '../grants.ts'
import { createAddressLimiter, createLimiter } from '../limiter.ts'
import type { Elsewhere } from '../networks.ts'
import type { Account } from '../people/accounts.ts'
import type { Device, Devices } from './devices.ts'

/** A device that waits for a person's decision. */
export interface PairingRequest {
  readonly userCode: string
  readonly device: Device
  /** Where the request came from, and when. */
  readonly address: string
  readonly askedAt: Instant
  readonly scopes: readonly Scope[]
  /** The device asks from the network that the person is in. */
  readonly isNear: boolean
}

export type Lookup =
  | { readonly outcome: 'waiting'; readonly request: PairingRequest }
  | { readonly outcome: 'unknown' | 'expired' | 'decided' | 'too_many_guesses' }

export type Decision = 'approved' | 'denied'

/** What the person says, and what the household calls the device from now on: what it calls itself may be anything. */
export type Answer =
  | { readonly decision: 'denied' }
  | { readonly decision: 'approved'; readonly name?: string | undefined; readonly room?: string | undefined }

/** Who is asking: guesses are counted for each, and for everybody together. */
export interface Asker {
  readonly address: string
  readonly account: Account
}

export interface Pairing {
  find(userCode: string, asker: Asker): Promise<Lookup>
  decide(userCode: string, asker: Asker, answer: Answer): Promise<Lookup | { readonly outcome: Decision | 'elsewhere' }>
}

interface CodeFacts {
  readonly deviceInfo?: { readonly [fact: string]: unknown } | undefined
}

/** RFC 8628 §5.1: twenty to the eighth codes and so few guesses leave a chance below 2^-28 in ten minutes. */
const GUESSES = { window: minutes(10), byAddress: 10, byAccount: 10, byAll: 60 } as const

/** The scopes a device can be given; whatever else it asks for is left out. */
const DEVICE_OIDC_SCOPES = ['openid', 'offline_access']

export function createPairing(options: {
  readonly provider: Provider
  readonly devices: Devices
  readonly grants: Grants
  readonly audit: Audit
  readonly clock: Clock
  readonly elsewhere: Elsewhere
  /** Whether two addresses are in one house. */
  readonly isSameHouse: (one: string, other: string) => boolean
}): Pairing {
  const { provider, devices, grants, audit, clock, elsewhere, isSameHouse } = options
  const { window } = GUESSES
  const byAddress = createAddressLimiter({ tries: GUESSES.byAddress, window, clock })
  const byAccount = createLimiter({ tries: GUESSES.byAccount, window, clock })
  const byAll = createLimiter({ tries: GUESSES.byAll, window, clock })
  const deciding = new Set<string>()

  /** Where the code was asked for, which may be elsewhere than where the device registered. */
  const addressFrom = (code: CodeFacts, device: Device): string => String(code.deviceInfo?.address ?? device.address)
  const isNear = (code: CodeFacts, device: Device, { address }: Asker): boolean =>
    isSameHouse(addressFrom(code, device), address)

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
          address: addressFrom(code, device),
          askedAt: instant((code.iat ?? 0) * 1000),
          scopes: ['device'],
          isNear: isNear(code, device, asker),
        },
      }
    },

    async decide(userCode, asker, answer) {
      const { decision } = answer
      const found = await load(userCode, asker)
      if (found.outcome !== 'waiting') return found
      const { code, device } = found
      if (decision === 'approved' && !isNear(code, device, asker) && !elsewhere.isAllowed())
        return { outcome: 'elsewhere' }
      if (deciding.has(code.jti) || !isDeviceId(code.clientId)) return { outcome: 'decided' }
      deciding.add(code.jti)
      try {
        if (answer.decision === 'denied') {
          Object.assign(code, { error: 'access_denied', errorDescription: 'a person of the household said no' })
        } else {
          const grant = new provider.Grant({ accountId: asker.account.id, clientId: code.clientId })
          const asked = String(code.params?.scope ?? '').split(' ')
          const oidc = DEVICE_OIDC_SCOPES.filter((scope) => asked.includes(scope))
          if (oidc.length > 0) grant.addOIDCScope(oidc.join(' '))
          grant.addResourceScope(AUDIENCE, 'device')
          const grantId = await grant.save()
          devices.markPaired(device.id, asker.account.id)
          devices.describe(device.id, answer)
          // One grant a device: what an earlier approval gave ends with the new one.
          grants.endOthers(device.id, grantId)
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
