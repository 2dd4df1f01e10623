// A state over time: a bar with its name in it. Quiet states are a thin line, bad ones are hatched.
import { firstOf, placeOf } from './lanes.js'
import { px, svg } from './svg.js'

/** @import { Band } from '../page-data.ts' */
/** @import { Lane } from './lanes.js' */

const RANK = { quiet: 0, busy: 1, bad: 2 }

/**
 * @param {Band} band
 * @returns {Lane}
 */
export function bandLane({ name, states }) {
  return {
    name,
    height: (unit) => unit * 1.8,
    draw({ unit, x, view, left, right }) {
      const height = unit * 1.5
      /** @type {SVGElement[]} */
      const drawn = []
      let column = Number.NEGATIVE_INFINITY
      let shown = -1
      const first = Math.max(0, placeOf(states, view.from + 1, firstOf) - 1)
      for (let index = first; index < states.length; index++) {
        const state = states[index]
        if (state === undefined || state[0] > view.to) break
        const [at, value, tone] = state
        const start = Math.max(left, x(at))
        const width = Math.min(right, x(states[index + 1]?.[0] ?? view.length)) - start
        // In a column of pixels there is room for one: the one that matters most.
        if (width < 1 && Math.floor(start) === column && RANK[tone] <= shown) continue
        column = Math.floor(start)
        shown = RANK[tone]
        const quiet = tone === 'quiet'
        const size = quiet ? Math.max(2, unit * 0.14) : height
        const box = {
          x: px(start),
          y: px((height - size) / 2),
          width: px(Math.max(quiet ? 0 : 1.5, width)),
          height: px(size),
        }
        drawn.push(svg('rect', { class: `state ${tone}`, ...box, rx: quiet ? 0 : 3 }))
        if (tone === 'bad') drawn.push(svg('rect', { ...box, fill: 'url(#hatch)', rx: 3 }))
        if (width > (value.length * 0.56 + 1.6) * unit) {
          drawn.push(
            svg(
              'text',
              { class: `state-name ${tone}`, x: px(start + unit * 0.5), y: px(height / 2 + unit * 0.3) },
              value,
            ),
          )
        }
      }
      return drawn
    },
  }
}
