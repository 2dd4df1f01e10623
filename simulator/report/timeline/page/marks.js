// What was done, what broke, what happened and what failed: a shape for each, and a word where there is room.
import { px, svg } from './svg.js'

/** @import { PageMark } from '../page-data.ts' */
/** @import { Frame, Lane } from './lanes.js' */

/** @type {Readonly<Record<PageMark['kind'], { name: string, sign: string }>>} */
export const KINDS = {
  failure: { name: 'failed', sign: '✗' },
  fault: { name: 'faults', sign: '▲' },
  event: { name: 'events', sign: '◆' },
  step: { name: 'steps', sign: '●' },
}

/**
 * @param {PageMark['kind']} kind
 * @param {readonly PageMark[]} marks in the order of time
 * @returns {Lane}
 */
export function marksLane(kind, marks) {
  const { name } = KINDS[kind]
  return {
    name,
    height: (unit) => unit * 1.8,
    draw(frame) {
      const { unit, x, view, left, right } = frame
      const middle = unit * 0.75
      const groups = groupsOf(marks, frame)
      return groups.flatMap(({ at, until, lasts, texts }, index) => {
        const place = Math.max(left, x(at))
        const room =
          Math.min(right, (groups[index + 1] === undefined ? right : x(groups[index + 1]?.at ?? 0)) - unit) - place
        const letters = Math.floor((room - unit * 1.4) / (unit * 0.54))
        const all = texts.join(' · ')
        const text = texts.length > 1 && all.length > letters ? `${texts.length} ${name}` : all
        // One that began before what is shown has its line and no shape.
        const drawn = at < view.from ? [] : [shapeOf(kind, place, middle, unit * 0.42)]
        if (lasts) {
          drawn.unshift(
            svg('line', {
              class: `lasting ${kind}`,
              x1: px(place),
              x2: px(Math.min(right, x(until))),
              y1: middle,
              y2: middle,
            }),
          )
        }
        if (letters >= Math.min(text.length, 6)) {
          const shown = text.length <= letters ? text : `${text.slice(0, letters - 1)}…`
          drawn.push(svg('text', { class: 'mark-name', x: px(place + unit * 0.8), y: px(middle + unit * 0.3) }, shown))
        }
        return drawn
      })
    },
  }
}

/**
 * Marks that would cover each other are one.
 * @param {readonly PageMark[]} marks
 * @param {Frame} frame
 */
function groupsOf(marks, { x, unit, view }) {
  /** @type {{ at: number, until: number, lasts: boolean, texts: string[] }[]} */
  const groups = []
  for (const { at, until, text } of marks) {
    if (until < view.from || at > view.to) continue
    const last = groups.at(-1)
    if (last !== undefined && x(at) - x(last.at) < unit) {
      last.texts.push(text)
      last.until = Math.max(last.until, until)
      last.lasts ||= until > at
    } else groups.push({ at, until, lasts: until > at, texts: [text] })
  }
  return groups
}

/**
 * @param {PageMark['kind']} kind
 * @param {number} x
 * @param {number} y
 * @param {number} r
 */
function shapeOf(kind, x, y, r) {
  if (kind === 'step') return svg('circle', { class: 'mark step', cx: px(x), cy: px(y), r: px(r * 0.8) })
  const d = {
    failure: `M${px(x - r)} ${px(y - r)}l${px(2 * r)} ${px(2 * r)}m0 ${px(-2 * r)}l${px(-2 * r)} ${px(2 * r)}`,
    fault: `M${px(x)} ${px(y - r)}l${px(r * 1.1)} ${px(r * 2)}h${px(-r * 2.2)}z`,
    event: `M${px(x)} ${px(y - r)}l${px(r)} ${px(r)}l${px(-r)} ${px(r)}l${px(-r)} ${px(-r)}z`,
  }[kind]
  return svg('path', { class: `mark ${kind}`, d })
}

/**
 * A line through all lanes where something broke or failed.
 * @param {readonly PageMark[]} marks
 * @param {Frame} frame
 * @param {number} top
 * @param {number} bottom
 */
export function rulesOf(marks, { x, view }, top, bottom) {
  return marks
    .filter(({ at, kind }) => (kind === 'fault' || kind === 'failure') && at >= view.from && at <= view.to)
    .map(({ at, kind }) => svg('line', { class: `rule ${kind}`, x1: px(x(at)), x2: px(x(at)), y1: top, y2: bottom }))
}
