// The systemd unit of a device. Pure: what it needs in, text out. `systemd-analyze security --offline=true` rates what comes out.
import type { Kind } from '#contract/ids.ts'
import { ENVIRONMENT } from '../package/launch.ts'
import type { MachineUse } from './uses.ts'

export interface UnitOptions {
  readonly kind: Kind
  /** The words that start the program, such as `/usr/bin/node /usr/lib/latchkey/agent.mjs`; each file by its whole path. */
  readonly program: readonly string[]
  /** What `device` is started with after its kind, as `--config /etc/latchkey/thermostat.yaml`. */
  readonly flags: readonly string[]
  readonly uses: MachineUse
  /** An encrypted credential made with systemd-creds(1), where there is one. */
  readonly sealingKey: string | undefined
}

export const unitName = (kind: Kind): string => `latchkey-${kind}.service`
export const unitPath = (kind: Kind): string => `/etc/systemd/system/${unitName(kind)}`
/** A system user of its own, made by systemd-sysusers(8). */
export const USER = 'latchkey'

/** Seconds that the control may be silent before systemd starts it again; it speaks three times as often. */
export const WATCHDOG_SECONDS = 30

/** The whole file: starts the device, keeps it alive, and opens to it what its wiring uses and nothing else. */
export function formatUnit({ kind, program, flags, uses, sealingKey }: UnitOptions): string {
  const groups = [...(uses.gpio || uses.pwm ? ['gpio'] : []), ...(uses.i2c.length > 0 ? ['i2c'] : [])]
  const all = [...groups, ...(uses.serial === undefined ? [] : ['dialout'])]
  const command = (...words: readonly string[]) => [...program, ...words, ...flags].map(quote).join(' ')
  return `${[
    ['[Unit]', [`Description=Latchkey ${kind}`, ...UNIT]],
    [
      '[Service]',
      [
        'Type=notify',
        'NotifyAccess=main',
        `ExecStart=${command(kind)}`,
        '# Also after a crash: some kernels keep an output driven when its process has died.',
        `ExecStopPost=${command('release', kind)}`,
        `WatchdogSec=${WATCHDOG_SECONDS}`,
        ...RESTART,
        `User=${USER}`,
        `Group=${USER}`,
        ...(all.length === 0 ? [] : [`SupplementaryGroups=${all.join(' ')}`]),
        ...FOLDERS,
        `Environment=${assignments({ LATCHKEY_DATA: '%S/latchkey', NODE_COMPILE_CACHE: '%C/latchkey', ...ENVIRONMENT })}`,
        ...(sealingKey === undefined ? [] : [`LoadCredentialEncrypted=latchkey-kek:${sealingKey}`]),
        ...MEMORY,
        ...SANDBOX,
        'DevicePolicy=closed',
        ...(uses.gpio ? ['DeviceAllow=char-gpiochip rw'] : []),
        ...uses.i2c.map((bus) => `DeviceAllow=/dev/i2c-${bus} rw`),
        ...(uses.serial === undefined ? [] : [`DeviceAllow=${uses.serial} rw`]),
        // PWM lives in sysfs, where nothing else is written.
        ...(uses.pwm ? ['ReadWritePaths=/sys/class/pwm'] : []),
      ],
    ],
    ['[Install]', ['WantedBy=multi-user.target']],
  ]
    .map(([title, lines]) => [title, ...(lines as readonly string[])].join('\n'))
    .join('\n\n')}\n`
}

const assignments = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

const UNIT = [
  'Wants=network-online.target',
  '# Not Requires=: the room is regulated without a network. The clock may still be wrong; that is known and learned.',
  'After=network-online.target time-sync.target',
  'StartLimitIntervalSec=0',
]

const RESTART = [
  'Restart=always',
  'RestartSec=1',
  '# Of systemd 254; older ones ignore them and try each second.',
  'RestartSteps=8',
  'RestartMaxDelaySec=60',
  'TimeoutStartSec=90',
  'TimeoutStopSec=10',
]

const FOLDERS = [
  'StateDirectory=latchkey',
  'StateDirectoryMode=0700',
  'CacheDirectory=latchkey',
  'CacheDirectoryMode=0700',
  'ConfigurationDirectory=latchkey',
  'UMask=0077',
]

const MEMORY = [
  'MemoryHigh=80M',
  'MemoryMax=112M',
  'TasksMax=32',
  'LimitNOFILE=1024',
  'LimitCORE=0',
  'OOMPolicy=stop',
  'OOMScoreAdjust=-200',
]

/** Not MemoryDenyWriteExecute: Node's compiler writes code, and without it there is no WebAssembly, which undici needs. */
const SANDBOX = [
  'NoNewPrivileges=yes',
  'CapabilityBoundingSet=',
  'AmbientCapabilities=',
  'ProtectSystem=strict',
  'ProtectHome=yes',
  'PrivateTmp=yes',
  'PrivateMounts=yes',
  'ProtectHostname=yes',
  'ProtectClock=yes',
  'ProtectKernelTunables=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelLogs=yes',
  'ProtectControlGroups=yes',
  'ProtectProc=invisible',
  'ProcSubset=pid',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK',
  'RestrictNamespaces=yes',
  'RestrictRealtime=yes',
  'RestrictSUIDSGID=yes',
  'LockPersonality=yes',
  'RemoveIPC=yes',
  'KeyringMode=private',
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service',
  'SystemCallFilter=~@privileged @resources',
  'SystemCallErrorNumber=EPERM',
]

/** systemd.service(5), "Command lines": `%` and `$` mean something to it. */
function quote(word: string): string {
  const plain = word.replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
