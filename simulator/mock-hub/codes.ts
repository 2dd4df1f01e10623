// The user codes that devices were given and now show (RFC 8628 §3.2), and what became of them.
import type { Millis } from '#contract/time.ts'

export interface ShownCode {
  /** `WDJB-MJHT` */
  readonly userCode: string
  readonly clientId: string
  readonly verificationUri: string
  /** With the code in it: what a QR holds. */
  readonly verificationUriComplete: string
  /** Since the hub was ready. */
  readonly at: Millis
  /** `waiting` for a person; `approved` or `denied` by one; `granted` when the device has its tokens. */
  readonly state: 'waiting' | 'approved' | 'denied' | 'granted'
}

/** The answer of the device authorization endpoint. */
interface Given {
  readonly device_code: string
  readonly user_code: string
  readonly verification_uri: string
  readonly verification_uri_complete: string
  readonly expires_in: number
}

/** Kept: the newest of them. */
const KEPT = 1000

export interface Codes {
  readonly all: readonly ShownCode[]
  given(answer: unknown, clientId: string, at: Millis): ShownCode
  find(deviceCode: string | null): ShownCode | undefined
  /** Of the codes that nobody has decided and that are still good, the newest; of this client only, where one is named. */
  waiting(now: Millis, clientId?: string): ShownCode | undefined
  set(userCode: string, state: ShownCode['state']): ShownCode | undefined
}

export function createCodes(): Codes {
  const all: ShownCode[] = []
  const secrets = new WeakMap<ShownCode, { readonly deviceCode: string; readonly until: number }>()
  return {
    all,
    given(answer, clientId, at) {
      // The real hub's own words: its shape is known.
      const { device_code: deviceCode, user_code: userCode, expires_in: seconds, ...uris } = answer as Given
      const { verification_uri: verificationUri, verification_uri_complete: verificationUriComplete } = uris
      const code: ShownCode = { userCode, clientId, verificationUri, verificationUriComplete, at, state: 'waiting' }
      secrets.set(code, { deviceCode, until: at + seconds * 1000 })
      all.push(code)
      if (all.length > KEPT) all.shift()
      return code
    },
    find: (deviceCode) => all.findLast((code) => secrets.get(code)?.deviceCode === deviceCode),
    waiting: (now, clientId) =>
      all.findLast(
        (code) =>
          code.state === 'waiting' &&
          (secrets.get(code)?.until ?? 0) > now &&
          (clientId === undefined || code.clientId === clientId),
      ),
    set(userCode, state) {
      const code = all.findLast((known) => plain(known.userCode) === plain(userCode))
      return code && Object.assign(code, { state })
    },
  }
}

/** "case-insensitive … and ignore … punctuation", RFC 8628 §6.1. */
const plain = (userCode: string): string => userCode.toUpperCase().replace(/[^A-Z0-9]/g, '')
