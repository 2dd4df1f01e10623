// A panel ready to run: its control, its codes, and whatever hardware it is given.
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import type { Control, Hardware } from '../control.ts'
import type { Product } from '../run.ts'
import { type CodeBook, createCodeCheck, openCodes } from './codes.ts'
import { DEFAULT_CONFIG, type PanelConfig } from './config.ts'
import { createSecurityControl } from './control.ts'
import type { PanelActuators, PanelReading } from './hardware.ts'
import { openPanelLog } from './log.ts'
import type { PanelState } from './state.ts'

export interface Panel {
  readonly product: Product<PanelState, PanelReading, PanelActuators>
  readonly codes: CodeBook
}

/** `folder` keeps the hashed codes and the log. */
export async function createPanel(options: {
  readonly folder: string
  readonly hardware: Hardware<PanelReading, PanelActuators>
  readonly config?: PanelConfig
  readonly clock: Clock
  readonly log: Logger
}): Promise<Panel> {
  const { folder, hardware, config = DEFAULT_CONFIG, log } = options
  const panelLog = openPanelLog(options)
  const kept = await openCodes(join(folder, 'codes.json'), log)
  const { control, isDisarmed } = watched(createSecurityControl(config))
  const codes: CodeBook = {
    get any() {
      return kept.any
    },
    list: kept.list,
    // Armed or not: whoever has forgotten the code comes in by this.
    async add(code, given) {
      const added = await kept.add(code, given)
      panelLog.noteAlone('code_added', { ...added })
      log.info({ duress: added.role === 'duress' }, 'the panel has a new code')
      return added
    },
    /**
     * A panel is set up while it is disarmed (EN 50131-1), which takes a right code: whoever is on the way in counts on his own, and would
     * lock the others out with it, and whoever took over the machine of an armed panel shall not take its people's codes away.
     */
    async remove(user) {
      if (!isDisarmed()) throw new RangeError('Cannot remove a code as the panel must be disarmed: it is not')
      const removed = await kept.remove(user)
      panelLog.noteAlone('code_removed', { ...removed })
      log.info('a code of the panel is gone')
      return removed
    },
  }
  const prepare = createCodeCheck(kept)
  return { product: { control, hardware, zones: config.zones, prepare, codes, log: panelLog }, codes }
}

type PanelControl = Control<PanelState, PanelReading, PanelActuators>

/** The same control, and whether its newest state is a disarmed one: the runner asks for the actuators after each step. */
function watched(control: PanelControl): { readonly control: PanelControl; readonly isDisarmed: () => boolean } {
  let disarmed = false
  return {
    control: {
      ...control,
      actuators(state, at) {
        disarmed = state.watch.phase === 'disarmed'
        return control.actuators(state, at)
      },
    },
    isDisarmed: () => disarmed,
  }
}
