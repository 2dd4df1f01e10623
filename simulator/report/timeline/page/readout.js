// What there was at the cursor, in words.
import { formatValue } from './curves.js'
import { firstOf, placeOf } from './lanes.js'
import { KINDS } from './marks.js'
import { html } from './svg.js'

/** @import { PageData } from '../page-data.ts' */
/** @import { WallClock } from './wall-clock.js' */

/**
 * @param {PageData} data
 * @param {WallClock} clock
 */
export function createReadout({ panels, bands, marks, messages, senders, topics }, clock) {
  const curves = panels.flatMap(({ unit, curves }) => curves.map((curve) => ({ ...curve, unit })))

  /** @param {number} at */
  const valuesAt = (at) => [
    ...curves.map(({ name, unit, points, kind }) => {
      const value = valueAt(points, kind, at)
      return { name, text: value === undefined ? '–' : `${formatValue(value)} ${unit}`, tone: '' }
    }),
    ...bands.map(({ name, states }) => {
      const [, text = '–', tone = ''] = states[placeOf(states, at + 1, firstOf) - 1] ?? []
      return { name, text, tone }
    }),
  ]
  /**
   * @param {number} at
   * @param {number} reach
   */
  const nearby = (at, reach) => {
    const near = marks.filter((mark) => mark.at <= at + reach && mark.until >= at - reach)
    const place = placeOf(messages, at - reach, firstOf)
    const sent = messages.slice(place, placeOf(messages, at + reach, firstOf))
    const [first] = sent
    return [
      ...near.map(({ kind, text }) => ({ kind: String(kind), text: `${KINDS[kind].sign} ${text}` })),
      ...(first === undefined
        ? []
        : sent.length > 1
          ? [{ kind: 'sent', text: `${sent.length} messages` }]
          : [{ kind: 'sent', text: `${senders[first[1]]}: ${topics[first[2]]} ${first[3]}` }]),
    ]
  }

  return {
    /**
     * @param {number} at
     * @param {number} reach
     */
    nodes(at, reach) {
      const values = html('span', 'values')
      values.append(
        ...valuesAt(at).map(({ name, text, tone }) => {
          const pair = html('span', `pair ${tone}`)
          pair.append(html('span', 'of', name), html('b', '', text))
          return pair
        }),
      )
      const near = html('span', 'near')
      const [shown, more] = [nearby(at, reach).slice(0, 3), nearby(at, reach).length - 3]
      near.append(
        ...shown.map(({ kind, text }) => html('span', kind, text)),
        ...(more > 0 ? [html('span', '', `and ${more} more`)] : []),
      )
      const when = html('span', 'when')
      when.append(html('b', '', clock.format(at)), html('span', 'of', clock.day(at)))
      return [when, values, near]
    },
    /**
     * @param {number} at
     * @param {number} reach
     */
    text(at, reach) {
      const values = valuesAt(at).map(({ name, text }) => `${name} ${text}`)
      return [clock.format(at), ...nearby(at, reach).map(({ text }) => text), ...values].join(', ')
    },
  }
}

/**
 * @param {readonly (readonly [number, number])[]} points
 * @param {'line' | 'steps'} kind
 * @param {number} at
 */
function valueAt(points, kind, at) {
  const place = placeOf(points, at + 1, firstOf)
  const [before, after] = [points[place - 1], points[place]]
  if (before === undefined) return undefined
  if (after === undefined || kind === 'steps') return before[1]
  return before[1] + ((after[1] - before[1]) * (at - before[0])) / (after[0] - before[0])
}
