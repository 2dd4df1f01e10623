// The settings of a hub whose tokens come from another server.

import { AUDIENCE } from '#contract/scopes.ts'
import type { Setting, Settings } from '#contract/settings.ts'
import { readIssuerUrl, UsageError } from '#contract/settings.ts'
import { type IssuerMap, parseIssuerMap, readIssuerMap } from './issuer-map.ts'

export const EXTERNAL_SETTINGS = {
  issuer: {
    type: 'string',
    variable: 'LATCHKEY_ISSUER',
    help: 'another authorization server that says who comes in, instead of the hub',
  },
  audience: { type: 'string', variable: 'LATCHKEY_AUDIENCE', help: `what its tokens are for, ${AUDIENCE}` },
  'issuer-map': {
    type: 'string',
    variable: 'LATCHKEY_ISSUER_MAP',
    help: 'file (YAML, JSON) that says what its scopes and clients are here; see docs/issuer.md',
  },
  'page-client-id': {
    type: 'string',
    variable: 'LATCHKEY_PAGE_CLIENT_ID',
    help: 'what that server calls the phone page, a public client',
  },
} as const satisfies Record<string, Setting>

export interface ExternalConfig {
  /** As the server writes itself, to the letter: the `iss` of its tokens. */
  readonly issuer: string
  readonly audience: string
  readonly map: IssuerMap
  /** Undefined: nobody signs in on the page. */
  readonly pageClientId: string | undefined
}

/** Undefined where the hub itself says who comes in. Throws a `UsageError` that names the setting. */
export function readExternal(settings: Settings<keyof typeof EXTERNAL_SETTINGS>): ExternalConfig | undefined {
  const { issuer, audience = AUDIENCE, 'issuer-map': map, 'page-client-id': pageClientId } = settings
  if (issuer === undefined) {
    for (const name of ['audience', 'issuer-map', 'page-client-id'] as const) {
      if (settings[name] === undefined) continue
      const { variable } = EXTERNAL_SETTINGS[name]
      throw new UsageError(`Cannot use ${variable} (--${name}) as it needs LATCHKEY_ISSUER (--issuer): got none`)
    }
    return undefined
  }
  readIssuerUrl(issuer, 'LATCHKEY_ISSUER (--issuer)')
  const setting = 'LATCHKEY_ISSUER_MAP (--issuer-map)'
  return {
    ...{ issuer, audience, pageClientId },
    map: map === undefined ? parseIssuerMap({}, setting) : readIssuerMap(map, setting),
  }
}
