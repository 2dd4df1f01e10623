// The handle of the authorization server.
import type { Length } from '../length.ts'
import type { Answering } from './answering.ts'
import type { ShownCode } from './codes.ts'
import type { Where } from './endpoints.ts'
import type { Inner } from './inner.ts'
import type { Planned } from './plan.ts'
import type { RecordedRequest } from './requests.ts'
import type { Resident } from './resident.ts'
import { wholeSeconds } from './whole-seconds.ts'

export interface AuthorizationControl {
  /**
   * Plans the answers to the next polls of the device grant (RFC 8628 §3.4), in order; after them the hub answers honestly again. An
   * OAuth error code, an HTTP status, a whole answer, a function that alters the honest one, `malformed`, `hang` or `reset`.
   */
  next(...answers: readonly Planned[]): void
  /** The same for another endpoint, or another grant type at the token endpoint. */
  next(where: Where, ...answers: readonly Planned[]): void
  /** How many planned answers are still to be given. */
  readonly planned: number
  /** What was asked, oldest first, without secrets; the newest 10,000. */
  readonly requests: readonly RecordedRequest[]
  /** The user codes that were given out, oldest first. */
  readonly codes: readonly ShownCode[]
  /**
   * The newest code that nobody has decided: for a device whose screen a test cannot read. Waits for one, `within` ten seconds unless
   * said otherwise; of this client only, where one is named.
   */
  code(options?: { readonly clientId?: string; readonly within?: Length }): Promise<ShownCode>
  /**
   * From now on access tokens live this long, of devices and of people, in whole seconds; what was issued keeps its life. It is a restart
   * of the hub behind its ports: MQTT connections end, HTTP requests wait.
   */
  issueTokens(options: { readonly lifetime: Length }): Promise<void>
  /**
   * A new signing key (RFC 7517 `kid`). With `keep`, as by default, tokens that the old one signed stay good; without, every access token
   * is worthless and devices have to refresh. A restart, as `issueTokens`.
   */
  rotateKeys(options?: { readonly keep?: boolean }): Promise<void>
  /**
   * Ends what a device may, as a person does who puts it out: its connections close within a second, its next refresh is refused, and it
   * has to register again. Rejects where no such device is paired.
   */
  revoke(clientId: string): Promise<void>
}

/** @internal */
export function createAuthorizationControl(options: {
  readonly answering: Answering
  readonly inner: Inner
  readonly resident: Resident
}): AuthorizationControl {
  const { answering, inner, resident } = options
  const { plan, requests, codes } = answering
  const next = (first?: Where | Planned, ...rest: readonly Planned[]): void => {
    if (first === undefined) return
    if (isWhere(first)) plan.add(first, rest)
    else plan.add({ endpoint: 'token' }, [first, ...rest])
  }
  return {
    next,
    get planned() {
      return plan.left
    },
    requests: requests.all,
    codes: codes.all,
    code: ({ clientId, within = '10s' } = {}) =>
      answering.code({ ...(clientId !== undefined && { clientId }), within }),
    issueTokens: async ({ lifetime }) => inner.issueTokens(wholeSeconds(lifetime, 'lifetime')),
    rotateKeys: ({ keep = true } = {}) => inner.rotateKeys({ keep }),
    revoke: (clientId) => resident.unpair(clientId),
  }
}

const isWhere = (input: Where | Planned): input is Where => typeof input === 'object' && 'endpoint' in input
