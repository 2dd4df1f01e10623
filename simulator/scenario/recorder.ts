// Writes down how a run went: curves, states, marks and messages on one time axis.
import type { Instant } from '#contract/time.ts'
import type { Home } from '../home.ts'
import type { Kpi, Mark, Report, ReportedMessage, Series } from '../report/report.ts'

type Recorded = Pick<Report, 'kpis' | 'series' | 'messages' | 'marks'>
type Point = readonly [at: number, value: number | string]

interface Curve {
  readonly name: string
  readonly unit: string
  readonly kind: Series['kind']
  readonly look: () => number | string | undefined
}

/** A curve is drawn with a point a minute at most; a state at every change. */
const POINT_EVERY_MILLIS = 60_000

export interface Recorder {
  look(): void
  mark(kind: Mark['kind'], text: string): void
  recorded(gaveUp: string | undefined): Recorded
}

export function createRecorder(home: Home, start: Instant): Recorder {
  const curves = curvesOf(home)
  const points = curves.map((): Point[] => [])
  const marks: Mark[] = []
  const now = () => home.now - start
  const messages: ReportedMessage[] = []
  home.onMessage(({ time, from, topic, payload, retain }) =>
    messages.push({ at: time - start, from, topic, payload, retain }),
  )

  return {
    look() {
      const at = now()
      curves.forEach(({ kind, look }, index) => {
        const value = look()
        const so = points[index]
        if (value === undefined || so === undefined) return
        const last = so.at(-1)
        if (last?.[1] === value) return
        if (kind === 'line' && last !== undefined && at - last[0] < POINT_EVERY_MILLIS) return
        so.push([at, kind === 'line' ? Math.round(Number(value) * 100) / 100 : value])
      })
    },
    mark(kind, text) {
      marks.push({ at: now(), kind, text })
    },
    recorded(gaveUp) {
      const events = home.violations.map(
        ({ rule, because, at }): Mark => ({ at: at.wall - start, kind: 'event', text: `${rule}: ${because}` }),
      )
      const end: Mark[] = gaveUp === undefined ? [] : [{ at: now(), kind: 'event', text: gaveUp }]
      return {
        kpis: kpisOf(home, now(), messages.length),
        series: curves.map(({ name, unit, kind }, index) => ({ name, unit, kind, points: points[index] ?? [] })),
        marks: [...marks, ...events, ...end],
        messages,
      }
    },
  }
}

function curvesOf(home: Home): readonly Curve[] {
  const has = (kind: (typeof home.devices)[number]) => home.devices.includes(kind)
  return [
    { name: 'outdoors', unit: '°C', kind: 'line', look: () => home.outdoorCelsius },
    ...(has('thermostat')
      ? ([
          { name: 'air', unit: '°C', kind: 'line', look: () => home.thermostat.hardware.place.airCelsius },
          { name: 'target', unit: '°C', kind: 'steps', look: () => home.thermostat.target.value },
          { name: 'heating', unit: '', kind: 'states', look: () => (home.thermostat.hardware.heating ? 'on' : 'off') },
          { name: 'thermostat', unit: '', kind: 'states', look: () => home.thermostat.health.value },
        ] as const)
      : []),
    ...(has('toaster')
      ? ([
          { name: 'toaster case', unit: '°C', kind: 'line', look: () => home.toaster.hardware.caseCelsius },
          { name: 'toaster', unit: '', kind: 'states', look: () => home.toaster.cycle.value },
        ] as const)
      : []),
    ...(has('security')
      ? ([
          { name: 'panel', unit: '', kind: 'states', look: () => home.security.state },
          { name: 'siren', unit: '', kind: 'states', look: () => (home.security.hardware.siren ? 'on' : 'off') },
        ] as const)
      : []),
    { name: 'hub', unit: '', kind: 'states', look: () => (home.hubIsUp ? 'up' : 'down') },
  ]
}

function kpisOf(home: Home, length: number, count: number): readonly Kpi[] {
  const { comfort, cycles, energy } = home.measures
  const messages = { name: 'messages', value: count, unit: '' }
  if (!home.devices.includes('thermostat')) return [messages]
  return [
    { name: 'too cold', value: comfort, unit: 'K·h' },
    { name: 'heating cycles', value: length === 0 ? 0 : cycles / (length / 86_400_000), unit: 'a day' },
    { name: 'heat used', value: energy, unit: 'kWh' },
    messages,
  ]
}
