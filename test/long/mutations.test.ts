// The stories of test/simulator/scenarios, told again with the behaviour that each guards broken on purpose: then a check of it says so. A
// story that nobody can break watches nothing.
import { expect, test, vi } from 'vitest'
import { hours, minutes } from '#contract/time.ts'
import type { Control } from '../../device/control.ts'
import { inLocalTime, onTheWall } from '../simulator/scenarios/local-clock.ts'
import { SCENARIOS, tell, unmet } from '../simulator/scenarios/told.ts'

/** What is broken in this test; nothing unless it says so. */
const { isBroken, breakOn } = vi.hoisted(() => {
  let broken: string | undefined
  return {
    isBroken: (what: string) => broken === what,
    breakOn: (what: string | undefined) => {
      broken = what
    },
  }
})

const FROST = 'frost protection'
const STUCK = 'noticing a sensor that says the same for ever'
const SAVED_DELAY = 'the entry delay on disk'
const ALONE = 'a panel that watches by itself'
const INTRODUCED = 'saying everything again after a reconnect'
const JAM = 'noticing a jam'
const RETAINED = 'keeping retained commands back, and refusing them'
const ENDED_GRANT = 'closing the connections of a grant that ended'
const EPOCH = 'a wall clock that knows no daylight saving'
const BACK_OFF = 'coming back within a minute'
const UPTIME = 'deadlines on the monotonic clock'
const SCOPES = "a guest's scopes"
const SETTINGS = 'settings that are read back'
const REMEMBERED = 'remembering what was before an absence'

const STORIES = [
  { file: 'frost-night.yaml', broken: FROST, caughtBy: 'thermostat: a room that freezes is heated' },
  { file: 'sensor-stuck.yaml', broken: STUCK, caughtBy: 'nobody is cooked in their bed' },
  { file: 'power-cut-at-the-door.yaml', broken: SAVED_DELAY, caughtBy: 'back under power it knows what it had seen' },
  {
    file: 'burglar-behind-a-cut-line.yaml',
    broken: ALONE,
    caughtBy: 'panel: an intrusion is an alarm when the entry delay ends',
  },
  {
    file: 'burglar-behind-a-cut-line.yaml',
    broken: INTRODUCED,
    caughtBy: 'once the cable is mended everybody sees what the panel sees',
  },
  { file: 'toast-jam.yaml', broken: JAM, caughtBy: 'back on the network it says what is wrong' },
  { file: 'ghosts.yaml', broken: RETAINED, caughtBy: 'nobody set the target but people' },
  { file: 'revoked-while-arming.yaml', broken: ENDED_GRANT, caughtBy: 'within a second it is out' },
  { file: 'clocks-forward.yaml', broken: EPOCH, caughtBy: 'nobody is woken' },
  { file: 'clocks-back.yaml', broken: EPOCH, caughtBy: 'not an hour longer, and not begun again' },
  { file: 'every-tenth-message.yaml', broken: BACK_OFF, caughtBy: 'everybody is back' },
  { file: 'wrong-clock.yaml', broken: UPTIME, caughtBy: 'the exit delay is a minute, not a year shorter' },
  { file: 'guests-evening.yaml', broken: SCOPES, caughtBy: 'arm: away as guest is not_allowed' },
  {
    file: 'week-away.yaml',
    broken: SETTINGS,
    caughtBy: 'the house is left at 16 degrees, over a power cut, an update and a storm',
  },
  { file: 'week-away.yaml', broken: REMEMBERED, caughtBy: 'what they left is what they find' },
] as const
const SLOWEST = minutes(2)

test('there is no story that nobody tries to break', () => {
  expect(new Set(STORIES.map(({ file }) => file))).toEqual(new Set(SCENARIOS))
})

test.for(STORIES)(
  '$file without $broken: "$caughtBy" says so',
  { timeout: SLOWEST },
  async ({ file, broken, caughtBy }) => {
    breakOn(broken)
    const report = await tell(file)
    breakOn(undefined)
    // What is broken may break a safety rule as well.
    expect(report.outcome).toMatch(/^(thermostat|toaster|panel): /.test(caughtBy) ? /^unsafe$/ : /^(failed|unsafe)$/)
    const caught = report.checks.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name)
    expect(caught, unmet(report).join('\n')).toContain(caughtBy)
  },
)

/** Germany and Britain change at the same instants. */
const ZONE = 'Europe/Berlin'
const withItsClock = <State, Reading, Actuators>(real: Control<State, Reading, Actuators>) =>
  isBroken(UPTIME) ? onTheWall(real) : isBroken(EPOCH) ? inLocalTime(real, ZONE) : real

vi.mock('../../device/thermostat/resolve.ts', async (original) => {
  const real = await original<typeof import('../../device/thermostat/resolve.ts')>()
  return { ...real, frostAfter: (...given: [boolean, number]) => !isBroken(FROST) && real.frostAfter(...given) }
})

vi.mock('../../device/thermostat/control.ts', async (original) => {
  const real = await original<typeof import('../../device/thermostat/control.ts')>()
  return {
    createThermostatControl() {
      const control = withItsClock(real.createThermostatControl())
      return {
        ...control,
        // A sensor that never says the same twice is never found to be stuck.
        hear: ((state, reading, at) =>
          reading.type === 'temperature' && isBroken(STUCK)
            ? control.hear(state, { ...reading, celsius: reading.celsius + Math.sin(at.uptime) / 100 }, at)
            : control.hear(state, reading, at)) satisfies typeof control.hear,
      }
    },
  }
})

vi.mock('../../device/security/restore.ts', async (original) => {
  const real = await original<typeof import('../../device/security/restore.ts')>()
  return {
    ...real,
    formatSaved: ((state) =>
      isBroken(SAVED_DELAY) && state.watch.phase === 'pending'
        ? real.formatSaved({ ...state, watch: { phase: 'armed', mode: state.watch.mode } })
        : real.formatSaved(state)) satisfies typeof real.formatSaved,
  }
})

const link = vi.hoisted(() => ({ online: false }))

vi.mock('../../device/security/control.ts', async (original) => {
  const real = await original<typeof import('../../device/security/control.ts')>()
  return {
    createSecurityControl: ((config) => {
      const control = withItsClock(real.createSecurityControl(config))
      return {
        ...control,
        hear: (state, reading, at) => (isBroken(ALONE) && !link.online ? { state } : control.hear(state, reading, at)),
      }
    }) satisfies typeof real.createSecurityControl,
  }
})

vi.mock('../../device/stay.ts', async (original) => {
  const real = await original<typeof import('../../device/stay.ts')>()
  return {
    stayOnline: ((options) =>
      real.stayOnline({
        ...options,
        tell(status) {
          if (options.product.kind === 'security') link.online = status.phase === 'online'
          options.tell(status)
        },
      })) satisfies typeof real.stayOnline,
  }
})

const introduced = vi.hoisted(() => new WeakSet<object>())

vi.mock('../../device/link/publisher.ts', async (original) => {
  const real = await original<typeof import('../../device/link/publisher.ts')>()
  return {
    createPublisher: ((options) => {
      const publisher = real.createPublisher(options)
      const isAgain = introduced.has(options.product)
      introduced.add(options.product)
      if (!isBroken(INTRODUCED) || !isAgain) return publisher
      return { ...publisher, introduce: () => publisher.state('ready') }
    }) satisfies typeof real.createPublisher,
  }
})

vi.mock('../../device/toaster/cycle.ts', async (original) => {
  const real = await original<typeof import('../../device/toaster/cycle.ts')>()
  return {
    ...real,
    faultOf: ((state, uptime) => {
      const fault = real.faultOf(state, uptime)
      return isBroken(JAM) && fault === 'jam' ? undefined : fault
    }) satisfies typeof real.faultOf,
  }
})

vi.mock('../../device/link/commands.ts', async (original) => {
  const real = await original<typeof import('../../device/link/commands.ts')>()
  return {
    ...real,
    createObedience: ((...given) => {
      const obedience = real.createObedience(...given)
      return (device) => ({
        obey: (message) => obedience(device).obey(isBroken(RETAINED) ? { ...message, retained: false } : message),
      })
    }) satisfies typeof real.createObedience,
  }
})

// Either of the two is enough: the broker keeps them back, and a device refuses them.
vi.mock('../../hub/broker/retained.ts', async (original) => {
  const real = await original<typeof import('../../hub/broker/retained.ts')>()
  const library = Object.getPrototypeOf(real.Persistence.prototype) as typeof real.Persistence.prototype
  class Persistence extends real.Persistence {
    override createRetainedStreamCombi(filters: readonly string[]) {
      const { createRetainedStreamCombi } = isBroken(RETAINED) ? library : real.Persistence.prototype
      return createRetainedStreamCombi.call(this, filters)
    }
  }
  return { ...real, Persistence }
})

vi.mock('../../hub/broker/sessions.ts', async (original) => {
  const real = await original<typeof import('../../hub/broker/sessions.ts')>()
  return {
    createSessions: ((...given) => {
      const sessions = real.createSessions(...given)
      return isBroken(ENDED_GRANT) ? { ...sessions, endGrant: () => {}, endClient: () => {} } : sessions
    }) satisfies typeof real.createSessions,
  }
})

vi.mock('../../device/link/back-off.ts', async (original) => {
  const real = await original<typeof import('../../device/link/back-off.ts')>()
  return {
    backOff: ((...given) => (isBroken(BACK_OFF) ? hours(4) : real.backOff(...given))) satisfies typeof real.backOff,
  }
})

vi.mock('../../hub/broker/permission.ts', async (original) => {
  const real = await original<typeof import('../../hub/broker/permission.ts')>()
  return {
    ...real,
    decide: ((...given) => {
      const verdict = real.decide(...given)
      return isBroken(SCOPES) && !verdict.allowed && verdict.because === 'scope_missing' ? { allowed: true } : verdict
    }) satisfies typeof real.decide,
  }
})

vi.mock('../../device/settings.ts', async (original) => {
  const real = await original<typeof import('../../device/settings.ts')>()
  return {
    openSettings: (async (options) => {
      const store = await real.openSettings(options)
      return isBroken(SETTINGS) ? { ...store, load: async () => undefined } : store
    }) satisfies typeof real.openSettings,
  }
})

vi.mock('../../hub/home/rules.ts', async (original) => {
  const real = await original<typeof import('../../hub/home/rules.ts')>()
  return {
    ...real,
    react: ((before, after, known) =>
      real.react(before, after, isBroken(REMEMBERED) ? {} : known)) satisfies typeof real.react,
  }
})
