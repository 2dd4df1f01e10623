// Many light devices: let in by a person, connected, saying what changes, held for a while, and everything about it counted.
import { CALLED_OFF, type Clock, every, momentOf } from '#contract/clock.ts'
import { type DeviceId, KINDS, type Kind } from '#contract/ids.ts'
import { KIND_NAMES } from '#contract/kinds.ts'
import { type Millis, millis, seconds } from '#contract/time.ts'
import { findServer } from './client.ts'
import type { Ground } from './ground.ts'
import { createLife } from './life.ts'
import { pair } from './pair.ts'
import type { Mark, Measured } from './report.ts'
import { stay } from './stay.ts'
import { createTally } from './tally.ts'
import { Trouble, wordsOf } from './trouble.ts'
import { usageOf } from './usage.ts'
import { startWatcher } from './watcher.ts'

export interface Progress {
  readonly phase: 'pairing' | 'holding'
  readonly asked: number
  readonly paired: number
  readonly held: number
  readonly lost: number
  /** Of troubles of all kinds. */
  readonly troubles: number
  /** In the last second: what devices sent, and what one who listens heard of it. */
  readonly publishedPerSecond: number
  readonly deliveredPerSecond: number
}

/** So many are on their way in at a time: each waits for the interval between two polls, and the hub is kept busy meanwhile. */
const AT_ONCE = 200
/** So long is waited for what was published and has not arrived. */
const STRAGGLERS = seconds(2)
/** How many are put out at a time, and with how many the access token is used. */
const OUT_AT_ONCE = 8
const OUT_PER_TOKEN = 200

/** Resolves with what was measured, also when `stop` aborts: then with what was measured so far. Rejects where there is no hub to join. */
export async function runFleet(options: {
  readonly ground: Ground
  readonly devices: number
  readonly holdFor: Millis
  readonly rate: number
  readonly clock: Clock
  readonly random: () => number
  readonly stop: AbortSignal
  readonly onProgress: (progress: Progress) => void
}): Promise<Measured> {
  const { ground, devices, holdFor, rate, clock, random, stop, onProgress } = options
  const { host, issuer } = ground
  const tally = createTally()
  const server = await findServer(issuer)
  const watcher = await startWatcher({ url: server.mqttUrl, host, clock, random, tally })
  let watcherLost: string | undefined
  let over = false
  void watcher.ended.then((because) => {
    if (!over) watcherLost = because
  })

  const approved: DeviceId[] = []
  const ends: AbortController[] = []
  const staying: Promise<void>[] = []
  let quiet = false

  const join = async (index: number): Promise<void> => {
    const kind: Kind = KINDS[index % KINDS.length] ?? 'thermostat'
    const name = `${KIND_NAMES[kind]} ${index + 1}`
    const end = new AbortController()
    ends.push(end)
    const { signal } = end
    const begun = clock.uptime()
    try {
      const paired = await pair({
        ...{ kind, name, server, host, clock, signal },
        onApproved: (device) => approved.push(device),
      })
      const ready = Promise.withResolvers<void>()
      const done = stay({
        ...{ paired, name, watcher, tally, clock, random, signal, mqttUrl: server.mqttUrl },
        life: createLife(kind, { at: momentOf(clock), random }),
        pause: rate === 0 ? undefined : millis(1000 / rate),
        maySpeak: () => !quiet,
        onReady: ready.resolve,
      })
      staying.push(done)
      await Promise.race([ready.promise, done.then(() => Promise.reject(new Trouble('connection', 'never held')))])
      tally.pairings.record(millis(clock.uptime() - begun))
      tally.count('paired')
    } catch (error) {
      if (!signal.aborted) tally.trouble(wordsOf(error))
    }
  }
  const mark = (): Mark => ({
    at: clock.uptime(),
    counts: { ...tally.counts },
    hub: ground.usage(),
    fleet: usageOf(process.pid),
  })

  let phase: Progress['phase'] = 'pairing'
  let [publishedBefore, deliveredBefore] = [0, 0]
  const stopTelling = every(clock, seconds(1), () => {
    const { paired, held, lost, published, delivered } = tally.counts
    const troubles = [...tally.troubles.values()].reduce((sum, count) => sum + count, 0)
    const publishedPerSecond = published - publishedBefore
    const deliveredPerSecond = delivered - deliveredBefore
    publishedBefore = published
    deliveredBefore = delivered
    onProgress({ phase, asked: devices, paired, held, lost, troubles, publishedPerSecond, deliveredPerSecond })
  })
  const callOff = () => {
    for (const end of ends) end.abort(CALLED_OFF)
  }
  // Whoever is on the way in is called off; whoever is in stays until the end has been measured.
  const joining = new AbortController()
  const interrupt = () => joining.abort(CALLED_OFF)
  stop.addEventListener('abort', interrupt, { once: true })
  if (stop.aborted) interrupt()

  try {
    const begin = mark()
    let next = 0
    const worker = async (): Promise<void> => {
      while (next < devices && !joining.signal.aborted) await join(next++)
    }
    const everybody = Promise.all(Array.from({ length: Math.min(AT_ONCE, devices) }, worker))
    await Promise.race([everybody, onAbort(joining.signal)])
    const allIn = mark()
    phase = 'holding'
    watcher.startTiming()
    await clock.sleep(holdFor, joining.signal).catch(() => {})
    const end = mark()

    quiet = true
    const patience = clock.uptime() + STRAGGLERS
    while (watcher.missing() > 0 && watcherLost === undefined && clock.uptime() < patience)
      await clock.sleep(millis(20))
    const { published, delivered } = tally.counts
    const missing = watcher.missing()
    over = true
    callOff()
    await Promise.all([everybody, ...staying])
    const left = ground.isOurs ? 0 : await putOut(approved, ground, (error) => tally.trouble(wordsOf(error)))
    return {
      ...{ asked: devices, rate, begin, allIn, end, published, delivered, missing, left, watcherLost },
      stopped: stop.aborted,
      troubles: new Map(tally.troubles),
      pairings: tally.pairings,
      deliveries: tally.deliveries,
    }
  } finally {
    over = true
    callOff()
    watcher.close()
    stopTelling()
    stop.removeEventListener('abort', interrupt)
  }
}

/** Leaves somebody's home as it was; returns how many could not be put out. */
async function putOut(
  devices: readonly DeviceId[],
  { host }: Ground,
  failed: (error: unknown) => void,
): Promise<number> {
  let next = 0
  let left = 0
  let token = Promise.resolve('')
  const worker = async (): Promise<void> => {
    while (next < devices.length) {
      const device = devices[next]
      if (next % OUT_PER_TOKEN === 0) token = host.signIn().then(({ accessToken }) => accessToken)
      next += 1
      if (device === undefined) return
      await token
        .then((accessToken) => host.putOut(device, accessToken))
        .catch((error: unknown) => {
          left += 1
          failed(error)
        })
    }
  }
  await Promise.all(Array.from({ length: OUT_AT_ONCE }, worker))
  return left
}

const onAbort = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
