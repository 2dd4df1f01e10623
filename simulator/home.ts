// A whole home for a test: a real hub on loopback ports, the product's own agents on simulated hardware, really paired, and a clock that
// turns.
import { join } from 'node:path'
import { setTimeout as sleepReally } from 'node:timers/promises'
import pino from 'pino'
import { momentOf } from '#contract/clock.ts'
import { type DeviceId, KINDS, type Kind } from '#contract/ids.ts'
import type { Role } from '#contract/scopes.ts'
import { type Millis, millis, minutes, seconds } from '#contract/time.ts'
import { propertyTopic } from '#contract/topics.ts'
import { createAnswers } from './answers.ts'
import { type Devices, type Home, SafetyError } from './home/api.ts'
import type { DeviceSlot } from './home/device-slot.ts'
import type { SecurityHandle, ThermostatHandle, ToasterHandle } from './home/devices.ts'
import { createFaults } from './home/faults.ts'
import { createGuardian } from './home/guardian.ts'
import type { HandleParts } from './home/handles.ts'
import { createHubSlot } from './home/hub-slot.ts'
import { createInhabitants } from './home/inhabitants.ts'
import { createMeter } from './home/measures.ts'
import { checkOptions, type HomeOptions } from './home/options.ts'
import { createOwner } from './home/owner.ts'
import { placeIn } from './home/place.ts'
import { type Installed, installPanel, installThermostat, installToaster } from './home/products.ts'
import { createTranscript, type Entry } from './home/transcript.ts'
import { createWorld } from './home/world.ts'
import { createHouse } from './house/house.ts'
import { lengthOf } from './length.ts'
import { type Mischief, meddleWith } from './network/packets.ts'
import { silence } from './network/silence.ts'
import { seededWeather } from './weather/seeded.ts'

export type { Devices, Home } from './home/api.ts'
export { SafetyError } from './home/api.ts'
export type { HomeOptions }

const POLL_INTERVAL = seconds(2)
const PAIRED_WITHIN = minutes(2)
/** Where the thermostat hangs. */
const THERMOSTAT_ROOM = 'hall'
const NO_HEAT = { heating: false, airCelsius: 0, targetCelsius: undefined }

export async function startHome(options: HomeOptions = {}): Promise<Home> {
  const { seed = 1, devices = KINDS, safety = 'throw', zone = 'UTC', log = pino({ level: 'silent' }) } = options
  const start = checkOptions(options)
  await using began = new AsyncDisposableStack()
  const world = began.use(createWorld({ seed, start }))
  const { clock, work } = world
  const transcript = createTranscript({ file: join(world.folder, 'transcript.ndjson'), start })
  const retained = new Map<string, string>()
  const refusals = new Map<string, { readonly code: string; readonly message: string }>()
  const hearers = new Set<(message: Entry) => void>()
  const lookers = new Set<() => void>()
  const answers = createAnswers()
  let mischief: Mischief | undefined
  const meddled = {
    mischief: () => mischief,
    clock: clock.ownedBy('network'),
    random: world.random('network/mischief'),
  }

  const hub = began.use(
    await createHubSlot({
      ...{ world, log, pollInterval: POLL_INTERVAL },
      ...(options.tokens !== undefined && { accessTokenLifetime: lengthOf(options.tokens) }),
      intercept: (request, response) => answers.intercept(request, response),
      meddle: (stream) => meddleWith(stream, meddled),
      observe(message) {
        const entry = transcript.add(message, clock.uptime())
        if (message.retain && message.payload === '') retained.delete(message.topic)
        else if (message.retain) retained.set(message.topic, message.payload)
        const refusal = refusalIn(entry)
        if (refusal !== undefined) refusals.set(refusal.device, { code: refusal.code, message: refusal.message })
        for (const hear of hearers) hear(entry)
      },
    }),
  )
  const issuer = hub.hub.publicUrl
  transcript.callHomeBy(issuer.origin)
  const owner = await createOwner({ world, hub })
  began.defer(() => owner.disconnect())

  const weather =
    options.weather ?? seededWeather({ ...{ random: world.random('weather'), start }, meanCelsius: 4, swingKelvin: 3 })
  const house = createHouse({
    ...{ clock, weather },
    ...(options.house && { house: options.house }),
    ...(options.indoorCelsius !== undefined && { indoorCelsius: options.indoorCelsius }),
  })
  const guardian = createGuardian(() => momentOf(clock))
  const parts = {
    ...{ world, hub, log, guardian, place: placeIn(house, THERMOSTAT_ROOM) },
    divert: (url: URL, signal: AbortSignal) => (answers.takeHang(url.pathname) ? silence(signal) : undefined),
  }
  const installed = new Map<Kind, Installed>()
  const install = { thermostat: installThermostat, toaster: installToaster, security: installPanel }
  for (const kind of KINDS.filter((known) => devices.includes(known))) {
    installed.set(kind, began.use(await install[kind](parts)))
    // One after the other: the hub gives names in the order in which it is asked.
    await work.settle()
  }
  const find = (kind: Kind): Installed => {
    const found = installed.get(kind)
    if (found !== undefined) return found
    throw new RangeError(
      `Cannot use the ${kind} as it must be in this home: it has ${[...installed.keys()].join(', ')}`,
    )
  }
  const slot = (kind: Kind): DeviceSlot => find(kind).slot

  const meter = createMeter()
  const look = (): void => {
    meter.look(
      { ...(installed.get('thermostat')?.heat?.() ?? NO_HEAT), heaterWatts: house.heaterWatts },
      clock.uptime(),
    )
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
  const settle = async (): Promise<void> => {
    // What came over a socket of the machine's own has still to be read.
    await sleepReally(1)
    await work.settle()
    look()
  }
  const approve = async (kind: Kind): Promise<void> => {
    const { status } = slot(kind)
    if (status.phase !== 'pairing')
      throw new Error(`Cannot pair the ${kind} as it must show a code: it is ${status.phase}`)
    await owner.approve(status.authorization.userCode)
  }

  await work.settle()
  for (const kind of installed.keys()) await approve(kind)
  const allOnline = () => [...installed.values()].every(({ slot }) => slot.status.phase === 'online')
  if (!(await turn(PAIRED_WITHIN, allOnline))) throw new Error('Cannot start the home as every device must pair')
  await work.settle()
  const begunAt = clock.uptime()

  const handles = new Map<string, unknown>()
  const handle = <Handle>(kind: Kind, role: Role = 'owner'): Handle => {
    const parts: HandleParts = {
      ...{ slot: slot(kind), phone: owner.phone(role), retained, settle },
      takeRefusal(device) {
        const refusal = refusals.get(device)
        refusals.delete(device)
        return refusal
      },
    }
    const key = `${kind}/${role}`
    const made = handles.get(key) ?? find(kind).handle(parts)
    handles.set(key, made)
    return made as Handle
  }
  const devicesOf = (role: Role): Devices => ({
    get thermostat() {
      return handle<ThermostatHandle>('thermostat', role)
    },
    get toaster() {
      return handle<ToasterHandle>('toaster', role)
    },
    get security() {
      return handle<SecurityHandle>('security', role)
    },
  })
  const mine = devicesOf('owner')
  const panel = devices.includes('security') ? mine.security.hardware : undefined
  const { people: count = 0, pet = false } = options
  const inhabitants = began.use(createInhabitants({ world, house, panel, zone, count, pet }))

  const running = began.move()
  return {
    ...{ seed, zone, issuer, house, transcript, retained, settle, measures: meter },
    mqttUrl: new URL(`mqtt://127.0.0.1:${hub.hub.mqttPort}`),
    accessToken: (scopes) => owner.accessToken(scopes),
    appPassword: ({ name = 'a test', scopes = ['home:read'] } = {}) => owner.appPassword(name, scopes),
    devices: [...installed.keys()],
    as: devicesOf,
    get thermostat() {
      return mine.thermostat
    },
    get toaster() {
      return mine.toaster
    },
    get security() {
      return mine.security
    },
    get outdoorCelsius() {
      return house.outdoors.celsius
    },
    setOutdoors: (celsius) => house.setOutdoors(celsius),
    faults: createFaults({
      ...{ hub, slot, answers, settle },
      mischief: () => mischief,
      setMischief(next) {
        mischief = next
      },
      unpair: (device) => owner.unpair(device.id),
    }),
    get hubIsUp() {
      return hub.isUp
    },
    async pair(kind) {
      slot(kind).pair()
      await work.settle()
      await approve(kind)
    },
    sendBurglar: (entrance) => inhabitants.sendBurglar(entrance, clock.now()),
    get now() {
      return clock.now()
    },
    get elapsed() {
      return millis(clock.uptime() - begunAt)
    },
    async advance(length, { speed } = {}) {
      await turn(lengthOf(length), undefined, speed)
    },
    turn: (length, { enough, speed } = {}) => turn(lengthOf(length), enough, speed),
    async until(condition, { within = '1h', what = 'the condition to be true' } = {}) {
      if (await turn(lengthOf(within), condition)) return
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

/** `ack/last` of a command that was refused. */
function refusalIn({ topic, payload }: Entry) {
  const device = topic.split('/')[2] as DeviceId | undefined
  if (device === undefined || topic !== propertyTopic(device, 'ack/last')) return undefined
  const { ok, code, message } = JSON.parse(payload) as { ok: boolean; code: string; message: string }
  return ok ? undefined : { device, code, message }
}
