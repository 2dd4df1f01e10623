// The simulator's one door to the hub.

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
