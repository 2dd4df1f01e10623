// The agent as it is shipped: packed into a .deb, and unpacked again somewhere that is not the clone.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildDeb } from '../device/package/deb.ts'
import { ENVIRONMENT, NODE_FLAGS } from '../device/package/launch.ts'
import { type Program, startNode } from './processes.ts'

export interface Packaged extends Disposable {
  readonly deb: string
  /** Where it is unpacked: below it is `/usr`. */
  readonly root: string
  /** A wiring file of a thermostat, with parts that this machine lacks. */
  readonly hall: string
  /** `node` is what Node is told besides its usual flags. */
  start(args: readonly string[], env?: Record<string, string>, node?: readonly string[]): Program
}

const HALL = `name: Hall
wiring:
  sensor: { type: ds18b20 }
  heat: { pin: 17, active: high }
  warmer: { pin: 5 }
  led: { pin: 22 }
  display: { type: lcd, address: 0x27 }
behaviour:
  regulator: tpi
`

export async function openPackaged(): Promise<Packaged> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-package-'))
  const deb = await buildDeb(folder, process.arch === 'arm64' ? 'arm64' : 'amd64')
  const root = join(folder, 'root')
  execFileSync('dpkg-deb', ['-x', deb, root])
  const hall = join(folder, 'hall.yaml')
  writeFileSync(hall, HALL)
  return {
    ...{ deb, root, hall },
    start: (args, env = {}, node = []) =>
      startNode([...NODE_FLAGS, ...node, join(root, 'usr/lib/latchkey/agent.mjs'), ...args], {
        ...ENVIRONMENT,
        ...env,
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
