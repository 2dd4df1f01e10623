// Everything the hub answers over HTTP where it says itself who comes in.
import type { RequestListener } from 'node:http'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { HOME_SCOPES } from '#contract/scopes.ts'
import type { Authorization } from '../authorization/authorization.ts'
import type { Admission } from '../broker/admission.ts'
import { createApi } from './api.ts'
import type { HostPolicy } from './host.ts'
import { serve } from './serve.ts'

export function createWeb(options: {
  readonly authorization: Authorization
  readonly admission: Admission
  readonly host: HostPolicy
  /** Folder of the built phone page. */
  readonly page: string
  readonly unpair: (id: string) => Promise<boolean>
  /** Whether a program is connected to the broker with this app password. */
  readonly isConnected: (appPassword: string) => boolean
  readonly isReady: () => boolean
  readonly clock: Clock
  readonly log: Logger
}): RequestListener {
  const { authorization, admission, host, page, unpair, isConnected, isReady, clock, log } = options
  const { pages, provider } = authorization
  const { publicUrl } = host
  const api = createApi({ ...authorization, admission, isConnected, unpair, publicUrl, clock })
  return serve({
    ...{ host, page, isReady, log },
    resource: { publicUrl, issuer: publicUrl.origin, scopes: HOME_SCOPES },
    routes: [api, pages],
    provider: provider.callback(),
  })
}
