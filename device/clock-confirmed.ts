// Whether somebody who knows the time has told it to this machine.
import { existsSync } from 'node:fs'

/** systemd-timesyncd(8) touches it once it has heard the time. */
const SYNCHRONIZED = '/run/systemd/timesync/synchronized'

export const isClockConfirmed = (synchronized = SYNCHRONIZED): boolean => existsSync(synchronized)
