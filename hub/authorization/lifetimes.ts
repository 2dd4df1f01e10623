import { minutes } from '#contract/time.ts'

/** CONTRACT: ten minutes for devices and people. */
export const ACCESS_TOKEN_LIFETIME = minutes(10)
