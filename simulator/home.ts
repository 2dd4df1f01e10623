// A whole home for a test: a real hub on loopback ports, the product's own agents on simulated hardware, really paired, and a clock that
// turns.
import { setTimeout as sleepReally } from 'node:timers/promises'
import pino, { type Logger } from 'pino'
import { momentOf, parseInstant } from '#contract/clock.ts'
import { type DeviceId, KINDS, type Kind } from '#contract/ids.ts'
import type { Instant, Millis } from '#contract/time.ts'
import { millis, minutes, seconds } from '#contract/time.ts'
import { propertyTopic } from '#contract/topics.ts'
import { createAnswers } from './home/answers.ts'
import type { DeviceSlot } from './home/device-slot.ts'
import type { SecurityHandle, ThermostatHandle, ToasterHandle } from './home/devices.ts'
import { createFaults, type Faults } from './home/faults.ts'
import { createGuardian } from './home/guardian.ts'
import type { HandleParts } from './home/handles.ts'
import { createHubSlot } from './home/hub-slot.ts'
import { type Length, lengthOf } from './home/length.ts'
import { createOwner } from './home/owner.ts'
import { type Installed, installPanel, installThermostat, installToaster } from './home/products.ts'
import { createTranscript, type Entry, type Transcript } from './home/transcript.ts'
import { createWorld } from './home/world.ts'
import { type Mischief, meddleWith } from './network/packets.ts'
import type { Violation } from './safety/rule.ts'

export interface HomeOptions {
  /** Everything that is left to chance follows from it. 1. */
  readonly seed?: number
  /** All three. */
  readonly devices?: readonly Kind[]
  /** When it begins: RFC 3339, or the instant itself. A January morning. */
  readonly start?: string | Instant
  /** How long access tokens live: ten minutes. */
  readonly tokens?: Length
  /** What happens when a safety rule is broken: whoever turns the clock is told at once, or it is only noted. */
  readonly safety?: 'throw' | 'note'
  readonly log?: Logger
}

export interface Home extends AsyncDisposable {
  readonly seed: number
  readonly issuer: URL
  /** For clients of your own, over a real socket. They are not on this clock: see `settle`. */
  readonly mqttUrl: URL
  /** As a phone gets it: the owner's, with the scopes asked for; all of them by default. */
  accessToken(scopes?: readonly string[]): Promise<string>
  readonly thermostat: ThermostatHandle
  readonly toaster: ToasterHandle
  readonly security: SecurityHandle
  readonly faults: Faults
  readonly now: Instant
  /** Since the home was ready. */
  readonly elapsed: Millis
  /** Turns the clock: everything that is due happens, in order, as fast as the machine can or at `speed` times its own time. */
  advance(length: Length, options?: { readonly speed?: number }): Promise<void>
  /** Turns the clock until `condition` is true. Rejects when that takes longer than `within`, and says so. */
  until(condition: () => boolean, options?: { readonly within?: Length; readonly what?: string }): Promise<void>
  /** Resolves when everybody has come to rest without time passing; also what your own clients have just sent. */
  settle(): Promise<void>
  readonly transcript: Transcript
  /** Hears each message. Returns how to stop. */
  onMessage(hear: (message: Entry) => void): () => void
  /** What is retained at the broker, by topic. */
  readonly retained: ReadonlyMap<string, string>
  /** The safety rules that were broken, and all that are watched. */
  readonly violations: readonly Violation[]
  readonly safetyRules: readonly string[]
  /** Asked after everything that happens. Returns how to stop. */
  onEvent(look: () => void): () => void
}

/** A safety rule was broken. The message says which, when, and how to see it again. */
export class SafetyError extends Error {
  override readonly name = 'SafetyError'
  readonly violations: readonly Violation[]

  constructor(violations: readonly Violation[], seed: number) {
    super(violations.map(({ rule, because }) => `${rule}: ${because} (seed ${seed})`).join('; '))
    this.violations = violations
  }
}

const POLL_INTERVAL = seconds(2)
const A_JANUARY_MORNING = '2030-01-14T06:00:00Z'
const PAIRED_WITHIN = minutes(2)

export async function startHome(options: HomeOptions = {}): Promise<Home> {
  const { seed = 1, devices = KINDS, safety = 'throw', log = pino({ level: 'silent' }) } = options
  checkSeed(seed)
  await using began = new AsyncDisposableStack()
  const world = began.use(createWorld({ seed, start: startOf(options.start ?? A_JANUARY_MORNING) }))
  const { clock, work } = world
  const transcript = createTranscript()
  const retained = new Map<string, string>()
  const refusals = new Map<string, { readonly code: string; readonly message: string }>()
  const hearers = new Set<(message: Entry) => void>()
  const lookers = new Set<() => void>()
  const answers = createAnswers()
  let mischief: Mischief | undefined
  const meddled = world.random('network/mischief')

  const hub = began.use(
    await createHubSlot({
      ...{ world, log, pollInterval: POLL_INTERVAL },
      ...(options.tokens !== undefined && { accessTokenLifetime: lengthOf(options.tokens) }),
      intercept: (request, response) => answers.intercept(request, response),
      meddle: (stream) =>
        meddleWith(stream, { mischief: () => mischief, clock: clock.ownedBy('network'), random: meddled }),
      observe(message) {
        const entry = transcript.add(message, clock.uptime(), clock.now())
        if (message.retain && message.payload === '') retained.delete(message.topic)
        else if (message.retain) retained.set(message.topic, message.payload)
        const refusal = refusalIn(entry)
        if (refusal !== undefined) refusals.set(refusal.device, refusal)
        for (const hear of hearers) hear(entry)
      },
    }),
  )
  transcript.callHomeBy(hub.hub.publicUrl.origin)
  const owner = await createOwner({ world, hub: () => hub.hub, hubAs: () => hub.within })
  began.defer(() => owner.disconnect())

  const guardian = createGuardian(() => momentOf(clock))
  const installed = new Map<Kind, Installed>()
  for (const kind of KINDS.filter((known) => devices.includes(known))) {
    const divert = (_kind: Kind, url: URL, signal: AbortSignal) =>
      answers.takeHang(url.pathname) ? never(signal) : undefined
    const parts = { world, hub, log, divert, guardian }
    const device =
      kind === 'thermostat'
        ? installThermostat(parts)
        : kind === 'toaster'
          ? installToaster(parts)
          : installPanel(parts)
    installed.set(kind, began.use(await device))
  }
  const slot = (kind: Kind): DeviceSlot => find(kind).slot
  const find = (kind: Kind): Installed => {
    const found = installed.get(kind)
    if (found === undefined)
      throw new RangeError(
        `Cannot use the ${kind} as it must be in this home: it has ${[...installed.keys()].join(', ')}`,
      )
    return found
  }

  const settle = async (): Promise<void> => {
    // What came over a socket of the machine's own has still to be read.
    await sleepReally(1)
    await work.settle()
    look()
  }
  const look = (): void => {
    const broken = guardian.look()
    for (const each of lookers) each()
    if (broken.length > 0 && safety === 'throw') throw new SafetyError(broken, seed)
  }
  const turn = (length: Millis, enough: () => boolean = () => false, speed?: number): Promise<boolean> =>
    clock.advance(length, {
      speed,
      enough() {
        look()
        return enough()
      },
    })

  await work.settle()
  for (const { slot } of installed.values()) {
    const { status } = slot
    if (status.phase !== 'pairing')
      throw new Error(`Cannot pair the ${slot.kind} as it must show a code: it is ${status.phase}`)
    await owner.approve(status.authorization.userCode)
  }
  const allOnline = () => [...installed.values()].every(({ slot }) => slot.status.phase === 'online')
  if (!(await turn(PAIRED_WITHIN, allOnline))) throw new Error('Cannot start the home as every device must pair')
  await work.settle()
  const begunAt = clock.uptime()

  const handleParts = (kind: Kind): HandleParts => ({
    ...{ slot: slot(kind), owner, retained, settle },
    takeRefusal(device) {
      const refusal = refusals.get(device)
      refusals.delete(device)
      return refusal && { code: refusal.code, message: refusal.message }
    },
  })
  const handles = new Map<Kind, unknown>()
  const handle = <Handle>(kind: Kind): Handle => {
    const made = handles.get(kind) ?? find(kind).handle(handleParts(kind))
    handles.set(kind, made)
    return made as Handle
  }

  const running = began.move()
  return {
    ...{ seed, transcript, retained, settle },
    issuer: hub.hub.publicUrl,
    mqttUrl: new URL(`mqtt://127.0.0.1:${hub.hub.mqttPort}`),
    accessToken: (scopes) => owner.accessToken(scopes),
    get thermostat() {
      return handle<ThermostatHandle>('thermostat')
    },
    get toaster() {
      return handle<ToasterHandle>('toaster')
    },
    get security() {
      return handle<SecurityHandle>('security')
    },
    faults: createFaults({
      ...{ hub, slot, answers, settle },
      setMischief(next) {
        mischief = next
      },
      unpair: (device) => owner.unpair(device.id),
    }),
    get now() {
      return clock.now()
    },
    get elapsed() {
      return millis(clock.uptime() - begunAt)
    },
    async advance(length, { speed } = {}) {
      await turn(lengthOf(length), undefined, speed)
    },
    async until(condition, { within = '1h', what = 'the condition to be true' } = {}) {
      if (!(await turn(lengthOf(within), condition)))
        throw new Error(`Cannot go on as it waited ${within} for ${what} (seed ${seed})`)
    },
    onMessage(hear) {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    onEvent(each) {
      lookers.add(each)
      return () => void lookers.delete(each)
    },
    violations: guardian.violations,
    safetyRules: guardian.rules,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function checkSeed(seed: number): void {
  if (Number.isSafeInteger(seed)) return
  throw new RangeError(`Cannot start a home as its seed must be a whole number: got ${String(seed)}`)
}

function startOf(start: string | Instant): Instant {
  const read = typeof start === 'number' ? start : parseInstant(start)
  if (read !== undefined && Number.isFinite(read)) return read
  throw new RangeError(`Cannot start a home as its start must be a time like 2030-01-14T06:00:00Z: got "${start}"`)
}

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))

/** `ack/last` of a command that was refused. */
function refusalIn({ topic, payload }: Entry) {
  const device = topic.split('/')[2] as DeviceId | undefined
  if (device === undefined || topic !== propertyTopic(device, 'ack/last')) return undefined
  const { ok, code, message } = JSON.parse(payload) as { ok: boolean; code: string; message: string }
  return ok ? undefined : { device, code, message }
}
