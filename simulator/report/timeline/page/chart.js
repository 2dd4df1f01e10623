// All lanes below one another, with the time above them and the cursor through them.
import { bandLane } from './bands.js'
import { curvesLane } from './curves.js'
import { placeOf } from './lanes.js'
import { marksLane, rulesOf } from './marks.js'
import { px, svg } from './svg.js'
import { trafficLane } from './traffic.js'

/** @import { PageData, PageMark } from '../page-data.ts' */
/** @import { Frame, Lane } from './lanes.js' */
/** @import { View } from './view.js' */
/** @import { WallClock } from './wall-clock.js' */

/** Narrower than this, names have no room of their own. */
const NARROW = 700

/**
 * @param {PageData} data
 * @param {View} view
 * @param {WallClock} clock
 */
export function createChart(data, view, clock) {
  const lanes = lanesOf(data)
  const root = svg('svg', {
    ...{ role: 'slider', tabindex: 0, 'aria-label': 'Time of the run', 'aria-orientation': 'horizontal' },
    ...{ 'aria-valuemin': 0, 'aria-valuemax': Math.round(view.length / 1000) },
  })
  const drawing = svg('g', {})
  const cursor = svg('line', { class: 'cursor' })
  const hatch = svg('pattern', {
    id: 'hatch',
    width: 7,
    height: 7,
    patternUnits: 'userSpaceOnUse',
    patternTransform: 'rotate(45)',
  })
  hatch.append(svg('line', { class: 'hatch', x1: 0, y1: 0, x2: 0, y2: 7 }))
  const clip = svg('clipPath', { id: 'plot' })
  const window = svg('rect', {})
  clip.append(window)
  const definitions = svg('defs', {})
  definitions.append(hatch, clip)
  root.append(definitions, drawing, cursor)

  /** @returns {Frame} */
  const frameOf = () => {
    const unit = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.875
    const width = root.getBoundingClientRect().width
    const narrow = width < NARROW
    const [left, right] = [narrow ? unit * 2.5 : unit * 13, width - unit]
    return {
      width,
      left,
      right,
      unit,
      narrow,
      view,
      x: (at) => left + ((at - view.from) / (view.span || 1)) * (right - left),
    }
  }
  let frame = frameOf()

  return {
    root,
    /** @param {number} x in the window */
    timeAt(x) {
      const { left, right } = frame
      return view.from + ((x - root.getBoundingClientRect().left - left) / (right - left)) * view.span
    },
    /** The time that a pixel is wide. */
    pixel: () => view.span / Math.max(1, frame.right - frame.left),
    draw() {
      frame = frameOf()
      const { unit, left, right, narrow, x, width } = frame
      const above = narrow ? unit * 1.3 : 0
      const axis = unit * 2.4
      let top = axis
      const drawn = lanes.map((lane) => {
        const named = lane.ownName === true
        const look = lane.heading === true ? 'heading' : 'name'
        const offset = named || lane.heading ? 0 : above
        const group = svg('g', { transform: `translate(0 ${px(top)})` })
        if (!named)
          group.append(
            svg(
              'text',
              narrow ? { class: look, x: left, y: unit } : { class: look, x: 0, y: unit * 1.05 },
              nameOf(lane.name, unit * 12, unit),
            ),
          )
        const inner = svg('g', { transform: `translate(0 ${px(offset)})` })
        inner.append(...lane.draw(frame))
        group.append(inner)
        top += offset + lane.height(unit, narrow) + unit * (named ? 0.9 : 0.4)
        return group
      })
      const most = Math.max(2, Math.floor((right - left) / (unit * 7)))
      const ticks = clock.ticks(view.from, view.to, most).flatMap(({ at, text, strong }) => {
        const place = px(x(at))
        const look = strong ? 'tick strong' : 'tick'
        const line = svg('line', { class: look, x1: place, x2: place, y1: axis - unit * 0.5, y2: top })
        // A word that would stick out is left out; its line stays.
        const half = text.length * unit * 0.28
        if (place + half > width || place - half < 0) return [line]
        return [line, svg('text', { class: look, x: place, y: unit * 1.2 }, text)]
      })
      drawing.replaceChildren(...ticks, ...rulesOf(data.marks, frame, axis, top), ...drawn)
      for (const [key, value] of Object.entries({
        x: left - 1,
        y: 0,
        width: Math.max(0, right - left + 2),
        height: top,
      }))
        window.setAttribute(key, String(value))
      root.setAttribute('height', String(px(top)))
      const at = px(x(view.cursor))
      cursor.setAttribute('class', at < left - 1 || at > right + 1 ? 'cursor away' : 'cursor')
      for (const key of ['x1', 'x2']) cursor.setAttribute(key, String(at))
      cursor.setAttribute('y1', String(axis - unit * 0.5))
      cursor.setAttribute('y2', String(px(top)))
    },
    /** @param {string} text */
    say(text) {
      root.setAttribute('aria-valuenow', String(Math.round(view.cursor / 1000)))
      root.setAttribute('aria-valuetext', text)
    },
  }
}

/** @typedef {ReturnType<typeof createChart>} Chart */

/**
 * @param {string} name
 * @param {number} width
 * @param {number} unit
 */
function nameOf(name, width, unit) {
  const letters = Math.floor(width / (unit * 0.58))
  return name.length <= letters ? name : `${name.slice(0, letters - 1)}…`
}

/**
 * @param {PageData} data
 * @returns {readonly Lane[]}
 */
function lanesOf({ panels, bands, marks, senders, messages }) {
  /** @type {readonly PageMark['kind'][]} */
  const kinds = ['failure', 'fault', 'event', 'step']
  /** @param {readonly number[]} list @param {number} at */
  const place = (list, at) => placeOf(list, at, (time) => time)
  return [
    ...kinds
      .filter((kind) => marks.some((mark) => mark.kind === kind))
      .map((kind) =>
        marksLane(
          kind,
          marks.filter((mark) => mark.kind === kind),
        ),
      ),
    ...panels.map(curvesLane),
    ...bands.map(bandLane),
    { name: 'messages from', heading: true, height: (unit) => unit * 1.2, draw: () => [] },
    ...senders.map((sender, index) =>
      trafficLane(
        sender,
        messages.filter((each) => each[1] === index).map(([at]) => at),
        place,
      ),
    ),
  ]
}
