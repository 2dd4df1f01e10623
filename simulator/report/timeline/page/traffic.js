// Who sent how much when: a stroke a message, higher where several fall together.
import { px, svg } from './svg.js'

/** @import { Lane } from './lanes.js' */

/**
 * @param {string} name
 * @param {readonly number[]} times in their order
 * @param {(list: readonly number[], at: number) => number} place
 * @returns {Lane}
 */
export function trafficLane(name, times, place) {
  return {
    name,
    height: (unit) => unit * 1.8,
    draw({ unit, x, view }) {
      const height = unit * 1.5
      /** @type {Map<number, number>} */
      const columns = new Map()
      for (let index = place(times, view.from); index < times.length; index++) {
        const at = times[index] ?? 0
        if (at > view.to) break
        const column = Math.round(x(at))
        columns.set(column, (columns.get(column) ?? 0) + 1)
      }
      let path = ''
      for (const [column, count] of columns) {
        const size = height * Math.min(1, 0.35 + 0.16 * Math.log2(count))
        path += `M${column} ${px(height)}v${px(-size)}`
      }
      return [
        svg('line', { class: 'ground', x1: x(view.from), x2: x(view.to), y1: height, y2: height }),
        svg('path', { class: 'traffic', d: path }),
      ]
    },
  }
}
