// The simulator's one door to the hub.

import type { HubOptions } from '../hub/hub.ts'

export type { Accepted } from '../hub/hub.ts'
export {
  formatHub,
  HELP_SETTING,
  HUB_SETTINGS,
  type Hub,
  type HubOptions,
  JSON_SETTING,
  readHubConfig,
  readHubSettings,
  startHub,
} from '../hub/hub.ts'

/** A hub that is gone with its test: it need not survive a cut of the power, nor what its people type be dear to guess. */
export const SHORT_LIVED = {
  ...{ survives: 'crash', passwordCost: { memory: 8, passes: 1 }, mdns: false },
} as const satisfies Partial<HubOptions>
