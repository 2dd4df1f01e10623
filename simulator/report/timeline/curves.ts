// Curves as they are drawn: not sloping where nothing changed, not heavier than a screen can show, and together where they compare.
import type { Series } from '../report.ts'
import type { Curve, Panel } from './page-data.ts'

export type Point = readonly [at: number, value: number]

/** The recorder writes a point a minute, and none while nothing changes: over a longer gap the value stayed what it was. */
const STEADY_AFTER_MILLIS = 120_000
const POINT_EVERY_MILLIS = 60_000

/** The points with what is known between and after them. */
export function held(points: readonly Point[], end: number): readonly Point[] {
  const all = points.flatMap((point, index): readonly Point[] => {
    const before = points[index - 1]
    if (before === undefined || point[0] - before[0] <= STEADY_AFTER_MILLIS) return [point]
    return [[point[0] - POINT_EVERY_MILLIS, before[1]], point]
  })
  const last = all.at(-1)
  return last === undefined || last[0] >= end ? all : [...all, [end, last[1]]]
}

/** At most `most` points or a few more, with every peak and every trough: of each stretch its first, lowest, highest and last. */
export function thin(points: readonly Point[], most: number): readonly Point[] {
  if (points.length <= most) return points
  const size = Math.ceil(points.length / (most / 4))
  const kept: Point[] = []
  for (let start = 0; start < points.length; start += size) {
    const stretch = points.slice(start, start + size)
    const lowest = stretch.reduce((low, point) => (point[1] < low[1] ? point : low))
    const highest = stretch.reduce((high, point) => (point[1] > high[1] ? point : high))
    kept.push(
      ...stretch.filter((point, at) => at === 0 || at === stretch.length - 1 || point === lowest || point === highest),
    )
  }
  return kept
}

/** A day at a point a minute, eight times over: no screen has so many columns. */
const POINTS_AT_MOST = 12_000
/** A curve that rises so far above most others of its unit has an axis of its own: a toaster's case beside a room. */
const TOWERS_BY = 15

/** Curves of one unit on one axis, but for those that would press the others flat. */
export function panelsOf(series: readonly Series[], end: number): readonly Panel[] {
  const curves = series.flatMap((each): readonly (Curve & { readonly unit: string })[] => {
    const { name, unit, kind } = each
    if (kind === 'states') return []
    const points = each.points
      .map(([at, value]): Point => [at, Number(value)])
      .filter(([, value]) => Number.isFinite(value))
    if (points.length === 0) return []
    return [{ name, unit, kind, points: thin(kind === 'line' ? held(points, end) : points, POINTS_AT_MOST) }]
  })
  return [...new Set(curves.map(({ unit }) => unit))].flatMap((unit) => {
    const own = curves.filter((curve) => curve.unit === unit).map(({ name, kind, points }) => ({ name, kind, points }))
    const peaks = own.map(peakOf).sort((a, b) => a - b)
    const usual = peaks[Math.floor((peaks.length - 1) / 2)] ?? 0
    const towering = own.filter((curve) => peakOf(curve) > usual + TOWERS_BY)
    const together = own.filter((curve) => !towering.includes(curve))
    return [{ unit, curves: together }, ...towering.map((curve) => ({ unit, curves: [curve] }))]
  })
}

const peakOf = ({ points }: Curve): number =>
  points.reduce((peak, [, value]) => Math.max(peak, value), Number.NEGATIVE_INFINITY)
