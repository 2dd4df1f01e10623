// The configuration file of a device as a value: what is wired where, and how it behaves. Pure; open.ts has the disk.
import * as v from 'valibot'
import { DEVICE_NAME_FORM, isDeviceName, type Kind } from '#contract/ids.ts'
import { UsageError } from '#contract/settings.ts'
import type { PanelConfig } from '../security/config.ts'
import type { ThermostatConfig } from '../thermostat/config.ts'
import { type BoardWiring, board } from './board.ts'
import { conflict } from './pins.ts'
import { strict } from './rules.ts'
import { type SecurityParts, securityBehaviour, securityParts } from './security.ts'
import { type ThermostatParts, thermostatBehaviour, thermostatParts } from './thermostat.ts'
import { type ToasterBehaviour, type ToasterParts, toasterBehaviour, toasterParts } from './toaster.ts'
import { usesOf } from './uses.ts'
import { clash } from './week.ts'

interface Common {
  /** Undefined where the file does not say. */
  readonly name: string | undefined
  /** Linux where nobody says. */
  readonly board: BoardWiring
}

export type Wiring =
  | (Common & {
      readonly kind: 'thermostat'
      readonly parts: ThermostatParts
      readonly behaviour: ThermostatConfig
    })
  | (Common & { readonly kind: 'toaster'; readonly parts: ToasterParts; readonly behaviour: ToasterBehaviour })
  | (Common & {
      readonly kind: 'security'
      readonly parts: SecurityParts
      readonly behaviour: Omit<PanelConfig, 'zones'>
    })

/** As the hub takes it: with another one the device would never be let in. */
const NAME_FORM = `must be ${DEVICE_NAME_FORM}`
const name = v.pipe(v.string(NAME_FORM), v.check(isDeviceName, NAME_FORM))
const common = { name: v.optional(name), board: v.optional(board, 'linux') }
const files = {
  thermostat: strict({ ...common, wiring: thermostatParts, behaviour: v.optional(thermostatBehaviour, {}) }),
  toaster: strict({ ...common, wiring: toasterParts, behaviour: v.optional(toasterBehaviour, {}) }),
  security: strict({ ...common, wiring: securityParts, behaviour: v.optional(securityBehaviour, {}) }),
} as const

export interface WiringOptions {
  readonly kind: Kind
  /** Names the file in errors. */
  readonly file: string
  /** Instead of the file's. */
  readonly board?: BoardWiring | undefined
  /** It has worked before: what a later version would refuse as unclear is what it always was, and the last entry of a minute wins. */
  readonly kept?: true
}

/** Throws a `UsageError` of one line that names file and path, and says what to do. */
export function readWiring(input: unknown, options: WiringOptions): Wiring {
  const { kind, file } = options
  const found = readKind(kind, input, file)
  const refused = conflict(boardFor(found, options), usesOf(found)) ?? (options.kept ? undefined : unclear(found))
  if (refused !== undefined) throw new UsageError(`Cannot use ${file} ${refused}`)
  return { ...found, board: options.board ?? found.board }
}

/** A file that is tried on a simulated board is judged by its own: what is good here shall be good there. */
const boardFor = (wiring: Wiring, { board }: WiringOptions): BoardWiring =>
  board === undefined || board.type === 'simulated' ? wiring.board : board

const unclear = (wiring: Wiring): string | undefined =>
  wiring.kind === 'thermostat' && wiring.behaviour.schedule ? clash(wiring.behaviour.schedule) : undefined

function readKind(kind: Kind, input: unknown, file: string): Wiring {
  switch (kind) {
    case 'thermostat': {
      const { name, board, wiring, behaviour } = read(files.thermostat, input, file)
      return { kind, name, board, parts: wiring, behaviour }
    }
    case 'toaster': {
      const { name, board, wiring, behaviour } = read(files.toaster, input, file)
      return { kind, name, board, parts: wiring, behaviour }
    }
    case 'security': {
      const { name, board, wiring, behaviour } = read(files.security, input, file)
      return { kind, name, board, parts: wiring, behaviour }
    }
  }
}

function read<T>(schema: v.GenericSchema<unknown, T>, input: unknown, file: string): T {
  const result = v.safeParse(schema, input, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue)
  const at = path === null ? '' : ` at "${path}"`
  throw new UsageError(`Cannot use ${file}${at} as it ${issue.message}: got ${describe(issue.input)}`)
}

/** A wiring file holds no secret, and its owner finds a word sooner than a type. */
function describe(input: unknown): string {
  if (input === undefined || input === null) return 'nothing'
  if (typeof input === 'string') return input.length > 40 ? 'a long text' : `"${input}"`
  if (Array.isArray(input)) return `a list of ${input.length}`
  return typeof input === 'object' ? 'settings' : String(input)
}
