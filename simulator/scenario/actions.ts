// What each action of a scenario does to the home.
import type { Kind } from '#contract/ids.ts'
import type { PropertyPath } from '#contract/property.ts'
import type { PlannedAnswer } from '../answers.ts'
import type { ArmAction } from '../home/devices.ts'
import type { Outcome } from '../home/handles.ts'
import type { Home } from '../home.ts'
import type { SensorFault } from '../thermostat/sensor.ts'
import type { Action, ActionName, Step } from './schema.ts'

type Value<Name extends ActionName> = NonNullable<Action[Name]>
/** Whose phone it is. */
export type Who = NonNullable<Step['as']>
type Phone = Pick<Home, 'thermostat' | 'toaster' | 'security'>

const PHONE_ACTIONS = ['target', 'mode', 'preset', 'hold', 'program', 'browning', 'toaster', 'arm', 'disarm'] as const
type PhoneAction = (typeof PHONE_ACTIONS)[number]
/** Whether it goes through a phone, and so through the hub, which may say no. */
export const isFromPhone = (name: ActionName): name is PhoneAction => PHONE_ACTIONS.some((known) => known === name)

type ByPhone = { readonly [Name in PhoneAction]: (phone: Phone, value: Value<Name>) => Promise<Outcome> }
type ByHand = { readonly [Name in Exclude<ActionName, PhoneAction>]: (home: Home, value: Value<Name>) => unknown }

/** The actions of a step, in their order. */
export const actionsOf = (step: Pick<Step, 'do'>): readonly (readonly [ActionName, unknown])[] =>
  (Array.isArray(step.do) ? step.do : [step.do]).flatMap((action) => Object.entries(action) as [ActionName, unknown][])

/** Does it, and everything that follows from it at this moment. What goes through a phone has an outcome. */
export async function perform(
  home: Home,
  name: ActionName,
  value: unknown,
  as: Who = 'owner',
): Promise<Outcome | undefined> {
  if (isFromPhone(name)) {
    const act = BY_PHONE[name] as (phone: Phone, value: unknown) => Promise<Outcome>
    const outcome = await act(as === 'owner' ? home : home.as(as), value)
    await home.settle()
    return outcome
  }
  const act = BY_HAND[name] as (home: Home, value: unknown) => unknown
  await act(home, value)
  await home.settle()
  return undefined
}

/** `hub: kill`, `line: thermostat delay 2s`, for a mark on the time line: there is room for a word or two, and none for brackets. */
export const formatAction = (name: ActionName, value: unknown): string => `${name}: ${inWords(value)}`

function inWords(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return value.map(inWords).join(', ')
  return Object.entries(value)
    .map(([key, each]) => `${key} ${inWords(each)}`)
    .join(', ')
}

/** `target: 22, mode: heat as guest`, for the name of a check. */
export const formatStep = (step: Step): string =>
  `${actionsOf(step)
    .map(([name, value]) => formatAction(name, value))
    .join(', ')}${step.as === undefined ? '' : ` as ${step.as}`}`

/** What breaks, as against what people do. */
const FAULTS: readonly ActionName[] = [
  ...([
    'outdoors',
    'sensor',
    'relay',
    'jam',
    'hub',
    'broker',
    'messages',
    'line',
    'power',
    'power-cut-at-file-request',
    'disk',
  ] as const),
  ...(['clock', 'ghost', 'revoke', 'answers', 'burglar'] as const),
]
export const isFault = (name: ActionName): boolean => FAULTS.includes(name)

async function forEach<T>(
  given: Partial<Record<Kind | 'hub', T>>,
  act: (kind: Kind, value: T) => unknown,
): Promise<void> {
  for (const [kind, value] of Object.entries(given)) await act(kind as Kind, value as T)
}

const BY_PHONE: ByPhone = {
  target: ({ thermostat }, celsius) => thermostat.target.set(celsius),
  mode: ({ thermostat }, mode) => thermostat.mode.set(mode),
  preset: ({ thermostat }, preset) => thermostat.preset.set(preset),
  hold: ({ thermostat }, hold) =>
    thermostat.hold.set(typeof hold !== 'string' ? { ...hold } : hold === 'indefinite' ? { indefinite: true } : {}),
  program: ({ toaster }, program) => toaster.program.set(program),
  browning: ({ toaster }, browning) => toaster.browning.set(browning),
  toaster: ({ toaster }, order) => toaster[order](),
  arm: ({ security }, mode) => security.arm(`ARM_${mode.toUpperCase()}` as ArmAction),
  disarm: ({ security }, code) => security.disarm(code === 'right-code' ? undefined : wrongCode(security.code)),
}

const BY_HAND: ByHand = {
  lever: (home, move) => {
    const { hardware } = home.toaster
    if (move === 'load') hardware.loadBread()
    else if (move === 'press') hardware.pressLever()
    else hardware.liftByHand()
  },
  key: (home, key) => home.toaster.hardware.press(key),
  open: (home, zone) => home.security.hardware.openZone(zone),
  close: (home, zone) => home.security.hardware.closeZone(zone),
  tamper: (home, open) => home.security.hardware.tamper(open),
  window: (home, move) => home.thermostat.hardware.openWindow(move === 'open'),
  outdoors: (home, celsius) => home.setOutdoors(celsius),
  sensor: (home, fault) => home.thermostat.hardware.failSensor(sensorFault(fault)),
  relay: (home, { thermostat, toaster }) => {
    if (thermostat !== undefined) home.thermostat.hardware.weldRelay(thermostat === 'welded')
    if (toaster !== undefined) home.toaster.hardware.weldRelay(toaster === 'welded')
  },
  jam: (home, jammed) => home.toaster.hardware.jam(jammed),
  hub: async ({ faults: { hub } }, what) => {
    switch (what) {
      case 'restart':
        await hub.stop()
        return hub.start()
      case 'kill-and-start':
        await hub.kill()
        return hub.start()
      case 'rotate-keys':
        return hub.rotateKeys()
      case 'replace-keys':
        return hub.rotateKeys({ keep: false })
      default:
        return hub[what]()
    }
  },
  broker: (home, what) => home.faults.broker[what](),
  messages: (home, what) => home.faults.messages(what === 'normal' ? undefined : what),
  line: (home, lines) =>
    forEach(lines, (kind, what) => {
      const line = home.faults.line(kind)
      if (typeof what !== 'string') return line.delay(what.delay)
      if (what === 'half-open') return line.halfOpen()
      if (what === 'cut') return line.cut()
      line.delay('0s')
      return line.join()
    }),
  power: (home, plugs) =>
    forEach(plugs, async (kind, what) => {
      if (what !== 'restore') await home[kind].power.cut()
      if (what !== 'cut') await home[kind].power.restore()
    }),
  'power-cut-at-file-request': (home, writes) =>
    forEach(writes, (kind, write) => home.faults.powerCutAtFileRequest(kind, write)),
  disk: (home, disks) =>
    forEach(disks, (kind, what) => {
      const disk = home.faults.disk(kind)
      if (what === 'full') disk.fill()
      else disk.free()
    }),
  clock: (home, jumps) => forEach(jumps, (who, length) => home.faults.clock(who).jump(length)),
  ghost: (home, { device, path, payload }) => home.faults.retainedGhost(device, path as PropertyPath, payload),
  revoke: (home, kind) => home.faults.revoke(kind),
  pair: (home, kind) => home.pair(kind),
  answers: (home, answers) => home.faults.authorization.next(...(answers as PlannedAnswer[])),
  burglar: (home, entrance) => home.sendBurglar(entrance),
  // A word on the time line, and nothing else.
  say: () => {},
}

const wrongCode = (right: string): string => String((Number(right) + 1) % 1_000_000).padStart(6, '0')

function sensorFault(given: Value<'sensor'>): SensorFault | undefined {
  if (given === 'mended') return undefined
  if (given === 'nan') return { type: 'says', celsius: Number.NaN }
  if (typeof given === 'string') return { type: given }
  if ('says' in given) return { type: 'says', celsius: given.says }
  return { type: 'drifting', kelvinPerHour: given.drifting }
}
