import pino from 'pino'
import { expect, test } from 'vitest'
import type { JsonObject, PropertyPath, Value } from '#contract/property.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { type Ack, type Command, type Control, done, type Hardware } from '../../device/control.ts'
import { runProduct, type SettingsStore } from '../../device/run.ts'
import { VirtualClock } from '../../simulator/clock.ts'

interface Lamp {
  readonly lit: boolean
  readonly level: number
  readonly offAt: Millis | undefined
}
interface LampReading {
  readonly lit: boolean
}

const level = (value: number): Command => ({ path: 'lamp/level', value })
const lightFor = (value: number): Command => ({ path: 'lamp/light', value })

/** The smallest product that has everything: a saved level, a deadline, an event, a hardware that talks back. */
const lamp: Control<Lamp, LampReading, { lit: boolean }> = {
  kind: 'toaster',
  begin: (saved) => ({ lit: false, level: (saved as { level?: number } | undefined)?.level ?? 1, offAt: undefined }),
  hear: (state, { lit }) => ({ state: { ...state, lit } }),
  obey(state, { path, value }, { uptime }) {
    if (path === 'lamp/level') return { state: { ...state, level: Number(value) }, ack: done }
    return {
      state: { ...state, lit: true, offAt: millis(uptime + Number(value)) },
      announce: [{ path: 'lamp/event', value: { event_type: 'lit' } }],
      ack: done,
    }
  },
  tick: (state, { uptime }) =>
    state.offAt === undefined || uptime < state.offAt
      ? { state }
      : { state: { ...state, lit: false, offAt: undefined } },
  dueAt: ({ offAt }) => offAt,
  actuators: ({ lit }) => ({ lit }),
  properties: ({ lit, level }): Record<PropertyPath, Value> => ({ 'lamp/lit': lit, 'lamp/level': level }),
  alerts: ({ level }) => ({ glare: level > 90 ? 'It is very bright.' : undefined }),
  saved: ({ level }) => ({ level }),
}

/** A disk that writes at once, fails, or hangs until it is let go. */
function createDisk(log: string[], kept: unknown = undefined) {
  let held: PromiseWithResolvers<void> | undefined
  let failing = false
  let saved = kept
  const store: SettingsStore = {
    load: async () => saved,
    async save(settings) {
      await held?.promise
      if (failing) throw new Error('no space left on the disk')
      log.push(`disk ${JSON.stringify(settings)}`)
      saved = settings
    },
  }
  return {
    store,
    get saved() {
      return saved
    },
    fail(next: boolean) {
      failing = next
    },
    hang() {
      held = Promise.withResolvers()
    },
    letGo() {
      held?.resolve()
      held = undefined
    },
  }
}

/** How often the watchdog must hear. */
const ALIVE_EVERY = seconds(10)

/** A lamp that runs. `broken`: its disk, from the start. */
async function running(
  options: {
    readonly control?: typeof lamp
    readonly kept?: JsonObject
    readonly broken?: boolean
    readonly prepare?: (command: Command) => Promise<Command>
    readonly watched?: boolean
  } = {},
) {
  const { control = lamp, kept, broken = false, prepare, watched = false } = options
  const clock = new VirtualClock()
  const log: string[] = []
  const said: string[] = []
  const disk = createDisk(log, kept)
  disk.fail(broken)
  let hear = (_reading: LampReading) => {}
  let operate = async (_command: Command): Promise<Ack> => done
  let answers = true
  let alive = 0
  let applied: boolean | undefined
  const hardware: Hardware<LampReading, { lit: boolean }> = {
    listen(next, obey) {
      hear = next
      operate = obey
    },
    apply({ lit }) {
      if (!answers) throw new Error('no answer')
      if (lit !== applied) log.push(`hardware ${lit}`)
      applied = lit
    },
    async [Symbol.asyncDispose]() {
      log.push('hardware closed')
    },
  }
  const device = await runProduct({
    product: { control, hardware, ...(prepare && { prepare }) },
    settings: disk.store,
    ...(watched && { watchdog: { every: ALIVE_EVERY, alive: () => void alive++ } }),
    clock,
    log: pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line).msg) }),
  })
  device.listen({
    changed: (path, value) => log.push(`${path} ${value}`),
    happened: ({ path }) => log.push(path),
    alerted: (id, text) => log.push(`${id}: ${text ?? 'over'}`),
  })
  return {
    clock,
    log,
    disk,
    device,
    said,
    say: (lit: boolean) => hear({ lit }),
    /** What somebody at the lamp does. */
    operate: (command: Command) => operate(command),
    unplug() {
      answers = false
    },
    plugIn() {
      answers = true
    },
    /** How often the watchdog heard since the last time somebody asked. */
    beats() {
      const beats = alive
      alive = 0
      return beats
    },
    /** What happened since the last time somebody asked. */
    told: () => log.splice(0),
  }
}
const settled = (clock: VirtualClock) => clock.advance(millis(0))

test('begins with what was saved, tells the hardware and has it all to show', async () => {
  const { device, told } = await running({ kept: { level: 5 } })
  expect(told()).toContain('hardware false')
  expect(Object.fromEntries(device.properties())).toEqual({ 'lamp/lit': false, 'lamp/level': 5 })
  await device[Symbol.asyncDispose]()
})

test('hardware first, then the disk, then the world, then the answer', async () => {
  const { device, told } = await running()
  told()
  expect(await device.obey(level(3))).toEqual(done)
  expect(told()).toEqual(['disk {"level":3}', 'lamp/level 3'])
  await device.obey(lightFor(seconds(10)))
  expect(told()).toEqual(['hardware true', 'lamp/lit true', 'lamp/event'])
  await device[Symbol.asyncDispose]()
})

test('publishes nothing of a command, and does not answer it, before it is on the disk', async () => {
  const { device, clock, disk, told } = await running()
  told()
  disk.hang()
  let answered = false
  const answer = device.obey(level(3)).then(() => {
    answered = true
  })
  await clock.advance(seconds(5))
  expect([answered, told()]).toEqual([false, []])
  disk.letGo()
  await answer
  expect(told()).toEqual(['disk {"level":3}', 'lamp/level 3'])
  await device[Symbol.asyncDispose]()
})

test('a disk that hangs holds up neither a deadline nor a reading nor a command that switches', async () => {
  const { device, clock, disk, say, told } = await running()
  await device.obey(lightFor(seconds(10)))
  told()
  disk.hang()
  const answer = device.obey(level(3))
  await clock.advance(seconds(10))
  expect(told()).toEqual(['hardware false'])
  say(true)
  await settled(clock)
  expect(told()).toEqual(['hardware true'])
  say(false)
  await settled(clock)
  const lit = device.obey(lightFor(seconds(1)))
  await settled(clock)
  expect(told()).toEqual(['hardware false', 'hardware true'])
  disk.letGo()
  expect(await answer).toEqual(done)
  expect(await lit).toEqual(done)
  expect(told().filter((line) => line.startsWith('disk'))).toEqual(['disk {"level":3}'])
  expect(device.properties().get('lamp/lit')).toBe(true)
  await device[Symbol.asyncDispose]()
})

test('a disk that fails stops no control: whoever commanded is told, and it is in force all the same', async () => {
  const { device, clock, disk, told } = await running()
  disk.fail(true)
  told()
  await expect(device.obey(level(3))).rejects.toThrow('no space left on the disk')
  expect(told()).toEqual(['lamp/level 3'])
  await expect(device.obey(lightFor(seconds(10)))).rejects.toThrow('no space left')
  expect(told()).toEqual(['hardware true', 'lamp/lit true', 'lamp/event'])
  await clock.advance(seconds(10))
  expect(told()).toEqual(['hardware false', 'lamp/lit false'])
  await device[Symbol.asyncDispose]()
})

test('what a failing disk did not take is written with the next step that finds it well', async () => {
  const { device, clock, disk, say } = await running()
  disk.fail(true)
  await device.obey(level(3)).catch(() => {})
  disk.fail(false)
  say(true)
  await settled(clock)
  expect(disk.saved).toEqual({ level: 3 })
  await device[Symbol.asyncDispose]()
})

test('a disk that fails at power-on stops no control either', async () => {
  const { device, clock, say, told } = await running({ broken: true })
  told()
  say(true)
  await settled(clock)
  expect(told()).toEqual(['hardware true', 'lamp/lit true'])
  await device[Symbol.asyncDispose]()
})

test('writes only what changed', async () => {
  const { device, clock, say, told } = await running()
  await device.obey(level(3))
  told()
  await device.obey(level(3))
  for (const lit of [true, true, false]) say(lit)
  await settled(clock)
  expect(told()).toEqual(['hardware true', 'lamp/lit true', 'hardware false', 'lamp/lit false'])
  await device[Symbol.asyncDispose]()
})

test('carries commands out in the order they came, also when preparing the first takes longer', async () => {
  const { device, clock, told } = await running({
    prepare: async (command) => {
      if (command.value === 2) await new Promise((resolve) => setImmediate(resolve))
      return command
    },
  })
  told()
  const all = Promise.all([device.obey(level(2)), device.obey(level(3)), device.obey(level(4))])
  await settled(clock)
  expect(await all).toEqual([done, done, done])
  expect(told().filter((line) => line.startsWith('lamp'))).toEqual(['lamp/level 2', 'lamp/level 3', 'lamp/level 4'])
  await device[Symbol.asyncDispose]()
})

test('preparing a command holds up no deadline', async () => {
  const slow = Promise.withResolvers<void>()
  const { device, clock, told } = await running({
    prepare: async (command) => {
      if (command.path === 'lamp/level') await slow.promise
      return command
    },
  })
  await device.obey(lightFor(seconds(10)))
  told()
  const answer = device.obey(level(3))
  await clock.advance(seconds(10))
  expect(told()).toEqual(['hardware false', 'lamp/lit false'])
  slow.resolve()
  expect(await answer).toEqual(done)
  await device[Symbol.asyncDispose]()
})

test('a command that could not be prepared changes nothing, and the next one is carried out', async () => {
  const { device } = await running({
    prepare: async (command) => {
      if (command.value === 2) throw new Error('no such code')
      return command
    },
  })
  const refused = device.obey(level(2))
  const next = device.obey(level(3))
  await expect(refused).rejects.toThrow('no such code')
  expect(await next).toEqual(done)
  expect(device.properties().get('lamp/level')).toBe(3)
  await device[Symbol.asyncDispose]()
})

test('hardware that does not answer is no reason to stop', async () => {
  const { device, clock, unplug } = await running()
  unplug()
  expect(await device.obey(lightFor(seconds(10)))).toEqual(done)
  expect(device.properties().get('lamp/lit')).toBe(true)
  await clock.advance(seconds(10))
  expect(device.properties().get('lamp/lit')).toBe(false)
  await device[Symbol.asyncDispose]()
})

test('does what is due at its moment, also when that changed while it slept', async () => {
  const { device, clock, told } = await running()
  await device.obey(lightFor(seconds(60)))
  await device.obey(lightFor(seconds(10)))
  told()
  await clock.advance(seconds(9))
  expect(told()).toEqual([])
  await clock.advance(seconds(1))
  expect(told()).toEqual(['hardware false', 'lamp/lit false'])
  await device[Symbol.asyncDispose]()
})

test('whoever stopped listening is told no more; the others are', async () => {
  const { device, told } = await running()
  const other: string[] = []
  const stop = device.listen({ changed: (path) => other.push(path) })
  stop()
  told()
  await device.obey(level(3))
  expect(other).toEqual([])
  expect(told()).toContain('lamp/level 3')
  await device[Symbol.asyncDispose]()
})

test('closed, it hears nothing more, and the hardware goes last', async () => {
  const { device, clock, disk, say, told } = await running()
  told()
  disk.hang()
  const answer = device.obey(level(3))
  const closed = device[Symbol.asyncDispose]()
  await settled(clock)
  disk.letGo()
  await Promise.all([answer, closed])
  say(true)
  await settled(clock)
  expect(told()).toEqual(['disk {"level":3}', 'lamp/level 3', 'hardware closed'])
})

test('a watchdog hears of steps, as often as it must, and no more once a step fails or the loop hangs', async () => {
  let broken = false
  const { device, clock, beats } = await running({
    watched: true,
    control: {
      ...lamp,
      tick(state, at) {
        if (broken) throw new Error('a mistake of ours')
        return lamp.tick(state, at)
      },
    },
  })
  beats()
  await clock.advance(seconds(60))
  expect(beats()).toBe(6)
  broken = true
  await clock.advance(seconds(60))
  expect(beats()).toBe(0)
  await device[Symbol.asyncDispose]()
})

test('hardware that does not answer is no life that a watchdog hears of, and is said once', async () => {
  const { device, clock, said, beats, unplug, plugIn } = await running({ watched: true })
  unplug()
  beats()
  await clock.advance(seconds(60))
  expect(beats()).toBe(0)
  expect(said).toEqual(['hardware does not answer'])
  plugIn()
  await clock.advance(ALIVE_EVERY)
  expect(beats()).toBe(1)
  await device[Symbol.asyncDispose]()
})

test('a flood of commands holds up nobody who stands at the device', async () => {
  const held = Promise.withResolvers<void>()
  const { device, operate } = await running({
    prepare: async (command) => {
      await held.promise
      return command
    },
  })
  const flood = Array.from({ length: 300 }, (_, index) => device.obey(level(index)))
  const local = operate(level(7))
  held.resolve()
  const answers = await Promise.all(flood)
  expect(answers.filter(({ ok }) => ok)).toHaveLength(8)
  expect(answers.at(-1)).toMatchObject({ ok: false, code: 'busy' })
  expect(await local).toEqual(done)
  await device[Symbol.asyncDispose]()
})

test('commands that come while the disk is slow share a write, and each is answered once it is kept', async () => {
  const { device, disk, log } = await running()
  disk.hang()
  const answers = [2, 3, 4, 5].map((value) => device.obey(level(value)))
  await new Promise((resolve) => setImmediate(resolve))
  disk.letGo()
  expect((await Promise.all(answers)).every(({ ok }) => ok)).toBe(true)
  const writes = log.filter((line) => line.startsWith('disk'))
  expect(writes.at(-1)).toBe('disk {"level":5}')
  expect(writes.length).toBeLessThan(4)
  await device[Symbol.asyncDispose]()
})
