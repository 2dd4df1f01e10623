// What a run of the fleet comes to. Pure: marks and counts in, figures and lines out.
import type { Millis } from '#contract/time.ts'
import type { Counts, Times } from './tally.ts'
import type { Usage } from './usage.ts'

/** How things stood at one moment. */
export interface Mark {
  readonly at: Millis
  readonly counts: Counts
  readonly hub: Usage | undefined
  readonly fleet: Usage | undefined
}

export interface Measured {
  readonly asked: number
  /** Messages a second that each device was to publish. */
  readonly rate: number
  readonly begin: Mark
  /** All are in, or as many as could be. */
  readonly allIn: Mark
  readonly end: Mark
  /** Of both, once everything had had its time to arrive. */
  readonly published: number
  readonly delivered: number
  readonly missing: number
  /** Devices that could not be put out of somebody's hub again. */
  readonly left: number
  readonly watcherLost: string | undefined
  readonly stopped: boolean
  readonly troubles: ReadonlyMap<string, number>
  readonly pairings: Times
  readonly deliveries: Times
}

/** Null is what there is no figure for. */
type Figure = number | null

export interface Report {
  readonly event: 'report'
  /** Ended by a signal before its time. */
  readonly stopped: boolean
  readonly devices: {
    readonly asked: number
    readonly paired: number
    /** Connections held at the end. */
    readonly held: number
    readonly lost: number
    /** Those of somebody's hub that could not be put out again. */
    readonly left: number
  }
  readonly pairing: { readonly seconds: number; readonly perSecond: Figure; readonly p50: Figure; readonly p99: Figure }
  readonly holding: {
    readonly seconds: number
    readonly asked: Figure
    readonly published: Figure
    readonly delivered: Figure
    /** Milliseconds from publish to delivery. */
    readonly p50: Figure
    readonly p99: Figure
  }
  readonly messages: { readonly published: number; readonly delivered: number; readonly missing: number }
  readonly tokens: { readonly refreshed: number }
  readonly hub: {
    readonly residentMiB: Figure
    readonly peakMiB: Figure
    readonly pairingCpuSeconds: Figure
    readonly holdingCpuSeconds: Figure
  }
  readonly fleet: { readonly residentMiB: Figure; readonly cpuSeconds: Figure }
  /** What went wrong, and how often. */
  readonly troubles: Readonly<Record<string, number>>
}

export function reportOf(measured: Measured): Report {
  const {
    asked,
    rate,
    begin,
    allIn,
    end,
    published,
    delivered,
    missing,
    left,
    stopped,
    pairings,
    deliveries,
    watcherLost,
  } = measured
  const pairingSeconds = (allIn.at - begin.at) / 1000
  const holdingSeconds = (end.at - allIn.at) / 1000
  const whileHeld = (what: keyof Counts) => over(end.counts[what] - allIn.counts[what], holdingSeconds)
  const seen = watcherLost === undefined
  const cpu = (from: Mark, to: Mark, whose: 'hub' | 'fleet') => {
    const [before, after] = [from[whose]?.cpuSeconds, to[whose]?.cpuSeconds]
    return before === undefined || after === undefined ? null : round(after - before)
  }
  const { paired, held, lost, refreshed } = end.counts
  return {
    ...{ event: 'report', stopped },
    devices: { asked, paired, held, lost, left },
    pairing: {
      seconds: round(pairingSeconds),
      perSecond: over(allIn.counts.paired, pairingSeconds),
      p50: inSeconds(pairings.quantile(0.5)),
      p99: inSeconds(pairings.quantile(0.99)),
    },
    holding: {
      seconds: round(holdingSeconds),
      asked: holdingSeconds === 0 ? null : round(rate * held),
      published: whileHeld('published'),
      // Half of the truth would look like messages lost.
      delivered: seen ? whileHeld('delivered') : null,
      p50: seen ? figure(deliveries.quantile(0.5)) : null,
      p99: seen ? figure(deliveries.quantile(0.99)) : null,
    },
    messages: { published, delivered, missing },
    tokens: { refreshed },
    hub: {
      residentMiB: figure(end.hub?.residentMiB),
      peakMiB: figure(end.hub?.peakMiB),
      pairingCpuSeconds: cpu(begin, allIn, 'hub'),
      holdingCpuSeconds: cpu(allIn, end, 'hub'),
    },
    fleet: { residentMiB: figure(end.fleet?.residentMiB), cpuSeconds: cpu(begin, end, 'fleet') },
    troubles: {
      ...Object.fromEntries([...measured.troubles].sort(([, one], [, other]) => other - one)),
      ...(watcherLost !== undefined && { [`watcher lost: ${watcherLost}`]: 1 }),
    },
  }
}

/** Whether it was as it should be: all of them in and held, everything delivered, nothing left behind. */
export function isGood({ stopped, devices, messages, troubles }: Report): boolean {
  const { asked, paired, held, left } = devices
  const complete = stopped || (paired === asked && held === asked)
  return complete && left === 0 && messages.missing === 0 && Object.keys(troubles).length === 0
}

export function formatReport(report: Report): string {
  const { devices, pairing, holding, messages, tokens, hub, fleet, troubles } = report
  const rows: readonly (readonly [string, string])[] = [
    ['devices paired', `${devices.paired} of ${devices.asked}, in ${pairing.seconds} s`],
    ['pairing rate', words(pairing.perSecond, '/s')],
    ['a whole pairing, p50 and p99', `${words(pairing.p50, 's')}, ${words(pairing.p99, 's')}`],
    ['connections held at the end', `${devices.held}; ${devices.lost} lost on the way`],
    ...trafficOf(holding),
    [
      'messages from first to last',
      `${messages.published} published; ${messages.delivered} delivered, ${messages.missing} missing`,
    ],
    ['tokens refreshed', String(tokens.refreshed)],
    ['hub, resident memory and its peak', `${words(hub.residentMiB, 'MiB')}, ${words(hub.peakMiB, 'MiB')}`],
    ['hub, CPU pairing and holding', `${words(hub.pairingCpuSeconds, 's')}, ${words(hub.holdingCpuSeconds, 's')}`],
    ['fleet, resident memory and CPU', `${words(fleet.residentMiB, 'MiB')}, ${words(fleet.cpuSeconds, 's')}`],
    ...(devices.left > 0 ? [['devices left behind in the hub', String(devices.left)] as const] : []),
    ...Object.entries(troubles).map(([what, count]) => [`trouble: ${what}`, `${count} times`] as const),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
  return [...(report.stopped ? ['Ended early; this is what was measured until then.', ''] : []), ...lines].join('\n')
}

/** Published is what the devices sent, delivered what one who listens heard of it: of a hub that keeps up the two are the same. */
function trafficOf(holding: Report['holding']): readonly (readonly [string, string])[] {
  const { seconds, asked, published, delivered, p50, p99 } = holding
  if (seconds === 0) return []
  const held = ['held for', `${seconds} s`] as const
  // Nobody was to say anything: a rate of nothing would look like a hub that lost it.
  if (!asked) return [held]
  return [
    held,
    ['  published by devices', `${words(published, 'messages/s')}; ${words(asked, 'messages/s')} wanted`],
    ['  delivered of these', words(delivered, 'messages/s')],
    ['  publish to delivery, p50 and p99', `${words(p50, 'ms')}, ${words(p99, 'ms')}`],
  ]
}

const words = (value: Figure, unit: string): string => (value === null ? 'not measured' : `${value} ${unit}`)
const round = (value: number): number => (value >= 100 ? Math.round(value) : Math.round(value * 100) / 100)
const figure = (value: number | undefined): Figure => (value === undefined ? null : round(value))
const inSeconds = (length: number | undefined): Figure => figure(length === undefined ? undefined : length / 1000)
const over = (count: number, seconds: number): Figure => (seconds === 0 ? null : round(count / seconds))
