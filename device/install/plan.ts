// What an installation puts where, as values; install.ts writes them.
import type { Kind } from '#contract/ids.ts'
import { formatUnit, USER, unitName, unitPath } from './unit.ts'
import type { MachineUse } from './uses.ts'

export interface PlannedFile {
  readonly path: string
  readonly content: string
  readonly mode: number
  /** Somebody's own file is not replaced. */
  readonly unlessThere?: true
}

export interface InstallPlan {
  readonly files: readonly PlannedFile[]
  /** What the person does next, in order, as root. */
  readonly commands: readonly string[]
  /** What they should know. */
  readonly notes: readonly string[]
}

export interface PlanOptions {
  readonly kind: Kind
  readonly program: readonly string[]
  /** The text of the wiring file, checked already. */
  readonly wiring: string
  readonly uses: MachineUse
  readonly hub: string | undefined
  /** PEM of the authority to trust for it. */
  readonly ca: string | undefined
  readonly sealingKey: string | undefined
  /** The .deb brought user and rules. */
  readonly packaged: boolean
}

/** Where systemd-creds(1) keeps what `LoadCredentialEncrypted=` loads. */
export const SEALING_KEY = '/etc/credstore.encrypted/latchkey-kek'

export const wiringPath = (kind: Kind): string => `/etc/latchkey/${kind}.yaml`

/** The unit sees `/etc`, and not where the person had the authority's certificate. */
export const authorityPath = (kind: Kind): string => `/etc/latchkey/${kind}-ca.pem`

/** A system user of its own, and the groups of the header's device files where they are missing. sysusers.d(5) */
export const SYSUSERS = `g gpio -\ng i2c -\nu ${USER} - "Latchkey device" /var/lib/latchkey\n`

/** As Raspberry Pi OS has it (raspberrypi-sys-mods, 99-com.rules); plain Debian has neither group nor rule. */
export const UDEV = `SUBSYSTEM=="gpio", KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"
SUBSYSTEM=="i2c-dev", GROUP="i2c", MODE="0660"
`
/** Of every kind alike. */
export const SHARED: readonly PlannedFile[] = [
  { path: '/etc/sysusers.d/latchkey.conf', content: SYSUSERS, mode: 0o644 },
  { path: '/etc/udev/rules.d/60-latchkey.rules', content: UDEV, mode: 0o644 },
]

/** The files of one device's unit, what the person runs then, and what they should know; nothing is read or written. */
export function planInstallation(options: PlanOptions): InstallPlan {
  const { kind, program, wiring, uses, hub, ca, sealingKey, packaged } = options
  const path = wiringPath(kind)
  const server = [
    ...(hub === undefined ? [] : ['--hub', hub]),
    ...(ca === undefined ? [] : ['--ca', authorityPath(kind)]),
  ]
  const flags = ['--config', path, ...server]
  const unit = formatUnit({ kind, program, flags, uses, sealingKey })
  return {
    files: [
      { path: unitPath(kind), content: unit, mode: 0o644 },
      ...(packaged ? [] : SHARED),
      ...(ca === undefined ? [] : [{ path: authorityPath(kind), content: ca, mode: 0o644 }]),
      { path, content: wiring, mode: 0o644, unlessThere: true },
    ],
    commands: [
      'systemd-sysusers',
      'udevadm control --reload && udevadm trigger --subsystem-match=gpio --subsystem-match=i2c-dev',
      'systemctl daemon-reload',
      `systemctl enable --now ${unitName(kind)}`,
      `journalctl -u ${unitName(kind)} -o cat -f`,
    ],
    notes: [
      ...(sealingKey === undefined
        ? [
            'The credentials will be sealed with a key file beside them: that protects a copy of one file, not a stolen card.',
            `Better, as root, and then install again: mkdir -p /etc/credstore.encrypted; head -c 32 /dev/urandom | systemd-creds encrypt --name=latchkey-kek - ${SEALING_KEY}`,
          ]
        : []),
      ...(program.some((word) => /^\/(home|root)\//.test(word))
        ? ['The unit cannot see /home or /root, where this program is: install the .deb, or move the clone to /opt.']
        : []),
      ...(uses.gpio
        ? [
            'Some kernels keep an output driven when its process has died. The unit releases it; wire the relay normally open, with a pull-down.',
          ]
        : []),
    ],
  }
}
