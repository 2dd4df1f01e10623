// A panel ready to run: its control, its codes, and whatever hardware it is given.
import { join } from 'node:path'
import type { Control, Hardware } from '../control.ts'
import type { Product } from '../run.ts'
import { type Codes, createCodeCheck, openCodes } from './codes.ts'
import { DEFAULT_CONFIG, type PanelConfig } from './config.ts'
import { createSecurityControl } from './control.ts'
import type { PanelActuators, PanelReading } from './hardware.ts'
import type { PanelState } from './state.ts'

export interface Panel {
  readonly product: Product<PanelState, PanelReading, PanelActuators>
  readonly codes: Codes
}

/** `folder` keeps the hashed codes. */
export async function createPanel(options: {
  readonly folder: string
  readonly hardware: Hardware<PanelReading, PanelActuators>
  readonly config?: PanelConfig
}): Promise<Panel> {
  const { folder, hardware, config = DEFAULT_CONFIG } = options
  const codes = await openCodes(join(folder, 'codes.json'))
  const control: Control<PanelState, PanelReading, PanelActuators> = createSecurityControl(config)
  const prepare = createCodeCheck(codes)
  return { product: { control, hardware, zones: config.zones, prepare, addCode: codes.add }, codes }
}
