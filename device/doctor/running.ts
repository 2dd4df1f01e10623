// The agent that runs, and the unit that starts it again.
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Clock } from '#contract/clock.ts'
import type { Kind } from '#contract/ids.ts'
import { unitName, unitPath } from '../install/unit.ts'
import { askAgent } from '../local/client.ts'
import { formatReply } from '../local/command.ts'
import type { Reply } from '../local/requests.ts'
import { DEVICE_PROGRAM } from '../program-name.ts'
import { about, type Finding } from './finding.ts'

/** What the agent that holds `folder` says, or why there is no answer. */
export const askRunning = (folder: string, clock: Clock): Promise<Reply | Error> =>
  askAgent(folder, { request: 'status' }, clock).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  )

export function lookAtAgent(kind: Kind, reply: Reply | Error): Finding {
  const agent = about('agent')
  if (reply instanceof Error) {
    return agent.warning(reply.message, `start it: systemctl start ${unitName(kind)}, or ${DEVICE_PROGRAM} ${kind}`)
  }
  const text = formatReply('status', reply)
  const phase = reply.status?.phase
  if (phase === 'online' || phase === 'starting') return agent.ok(text)
  return agent.warning(text, phase === 'offline' ? 'see "hub" above; it tries again by itself' : 'let it in at the hub')
}

const run = promisify(execFile)
/** As `systemd-analyze security` counts: 10 is open to everything. */
const MOST_EXPOSED = 2

export async function lookAtUnit(kind: Kind, root = ''): Promise<readonly Finding[]> {
  const unit = about('unit')
  const file = `${root}${unitPath(kind)}`
  if (!existsSync(file)) {
    return [
      unit.warning('it is not installed: nothing starts it after a power cut', `${DEVICE_PROGRAM} install ${kind}`),
    ]
  }
  const rated = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', file]).then(
    ({ stdout }) => Number(/exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]),
    () => Number.NaN,
  )
  if (Number.isNaN(rated)) return [unit.ok(file)]
  if (rated <= MOST_EXPOSED) return [unit.ok(`${file}, rated ${rated} of 10`)]
  return [unit.warning(`${file} is rated ${rated} of 10`, 'install it again, and put your own changes into a drop-in')]
}

export interface PiFiles {
  readonly model: string
  readonly config: string
  readonly commandLine: string
}
const PI_FILES: PiFiles = {
  model: '/proc/device-tree/model',
  config: '/boot/firmware/config.txt',
  commandLine: '/proc/cmdline',
}

/** Raspberry Pi OS keeps an output driven when its owner has died, unless told otherwise. Nothing where there is no Pi. */
export function lookAtPi({ model, config, commandLine }: PiFiles = PI_FILES): readonly Finding[] {
  const pi = about('pi')
  if (!textOf(model).includes('Raspberry Pi')) return []
  const isStrict =
    /^\s*dtparam=.*strict_gpiod/m.test(textOf(config)) || textOf(commandLine).includes('persist_gpio_outputs=n')
  return [
    isStrict
      ? pi.ok('a pin is let go when its program dies')
      : pi.warning(
          'a pin stays as it was when its program dies',
          'dtparam=strict_gpiod in /boot/firmware/config.txt, then restart; the unit releases outputs too',
        ),
  ]
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
