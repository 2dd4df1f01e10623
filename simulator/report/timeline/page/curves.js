// Curves that share an axis. They differ by their dashes as well as by their colour.
import { firstOf, placeOf } from './lanes.js'
import { px, svg } from './svg.js'

/** @import { Curve, Panel } from '../page-data.ts' */
/** @import { Frame, Lane } from './lanes.js' */

/**
 * @param {Panel} panel
 * @param {number} index
 * @returns {Lane}
 */
export function curvesLane(panel, index) {
  const scale = scaleOf(panel)
  const names = panel.curves.map(({ name }) => name)
  return {
    name: names.join(', '),
    ownName: true,
    height: (unit, narrow) => unit * (index === 0 ? 12 : 8) + (narrow ? unit * 1.6 : 0),
    draw(frame) {
      const { unit, narrow, left, right } = frame
      const height = unit * (index === 0 ? 12 : 8)
      const top = narrow ? unit * 1.6 : 0
      const [inner, outer] = [top + unit * 0.5, top + height - unit * 0.5]
      /** @param {number} value */
      const y = (value) => outer - ((value - scale.low) / (scale.high - scale.low)) * (outer - inner)
      const marks = scale.ticks.flatMap((value) => [
        svg('line', { class: 'level', x1: left, x2: right, y1: px(y(value)), y2: px(y(value)) }),
        svg('text', { class: 'value', x: left - unit * 0.5, y: px(y(value) + unit * 0.3) }, `${formatValue(value)}`),
      ])
      const legend = panel.curves.flatMap(({ kind }, order) =>
        legendOf(kind, order, { frame, top, names, unit: panel.unit }),
      )
      const paths = panel.curves.map(({ points, kind }, order) =>
        svg('path', {
          class: `curve ${kind} c${order % 4}`,
          'clip-path': 'url(#plot)',
          d: pathOf(points, kind, frame, y),
        }),
      )
      return [...marks, ...paths, ...legend]
    },
  }
}

/**
 * @param {Curve['kind']} kind
 * @param {number} order
 * @param {{ frame: Frame, top: number, names: readonly string[], unit: string }} place
 */
function legendOf(kind, order, { frame: { unit, narrow, left }, top, names, unit: measured }) {
  const before = names
    .slice(0, order)
    .reduce((sum, each) => sum + each.length * 0.6 + 3, order > 0 ? measured.length : 0)
  const x = narrow ? left + before * unit : 0
  const y = narrow ? unit : top + unit * (1.2 + order * 1.5)
  return [
    svg('line', {
      class: `curve ${kind} c${order % 4}`,
      x1: x,
      x2: x + unit * 1.6,
      y1: y - unit * 0.3,
      y2: y - unit * 0.3,
    }),
    svg('text', { class: 'name', x: x + unit * 2, y }, order === 0 ? `${names[0]} ${measured}` : names[order]),
  ]
}

/** @param {number} value */
export const formatValue = (value) => String(Math.round(value * 100) / 100).replace('-', '−')

/** @param {Panel} panel */
function scaleOf({ curves }) {
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  for (const { points } of curves) {
    for (const [, value] of points) {
      least = Math.min(least, value)
      most = Math.max(most, value)
    }
  }
  if (most - least < 2) {
    const middle = (least + most) / 2
    least = middle - 1
    most = middle + 1
  }
  const rough = (most - least) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5].find((each) => each * power >= rough) ?? 10) * power
  const low = Math.floor(least / step) * step
  const high = Math.ceil(most / step) * step
  return {
    low,
    high,
    ticks: Array.from({ length: Math.round((high - low) / step) + 1 }, (_, count) => low + count * step),
  }
}

/**
 * Of each column of pixels its first, lowest, highest and last point: what lies between them cannot be seen.
 * @param {Curve['points']} points
 * @param {Curve['kind']} kind
 * @param {Frame} frame
 * @param {(value: number) => number} y
 */
function pathOf(points, kind, { view, x }, y) {
  const first = Math.max(0, placeOf(points, view.from, firstOf) - 1)
  const last = Math.min(points.length - 1, placeOf(points, view.to, firstOf))
  let path = ''
  let column = Number.NEGATIVE_INFINITY
  let [low, high, end, endX] = [0, 0, 0, 0]
  const close = () => (low === high ? '' : `V${px(high)}V${px(low)}V${px(end)}`)
  for (let index = first; index <= last; index++) {
    const point = points[index]
    if (point === undefined) continue
    const [at, value] = point
    const [pointX, pointY] = [x(at), y(value)]
    if (Math.floor(pointX) === column) {
      low = Math.max(low, pointY)
      high = Math.min(high, pointY)
      end = pointY
      continue
    }
    path +=
      path === ''
        ? `M${px(pointX)} ${px(pointY)}`
        : kind === 'steps'
          ? `${close()}H${px(pointX)}V${px(pointY)}`
          : `${close()}L${px(pointX)} ${px(pointY)}`
    column = Math.floor(pointX)
    low = pointY
    high = pointY
    end = pointY
    endX = pointX
  }
  path += close()
  // A step lasts until the next one, or to the end of the run.
  const stays = x(Math.min(view.to, view.length))
  return kind === 'steps' && path !== '' && endX < stays ? `${path}H${px(stays)}` : path
}
