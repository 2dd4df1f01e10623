// The messages of the time that is shown, those that are looked for.
import { firstOf, placeOf } from './lanes.js'
import { find, html } from './svg.js'

/** @import { PageData } from '../page-data.ts' */
/** @import { View } from './view.js' */
/** @import { WallClock } from './wall-clock.js' */

/** As many rows as a page draws without anybody waiting for it. */
const ROWS = 200
/** Frames without a change until the rows follow: they need not be redrawn while something moves. */
const CALM = 8

/**
 * @param {PageData} data
 * @param {View} view
 * @param {WallClock} clock
 */
export function createTable({ messages, senders, topics, messagesLeftOut }, view, clock) {
  const [body, count] = [find('rows', HTMLElement), find('count', HTMLElement)]
  const [search, sender, more] = [
    find('find', HTMLInputElement),
    find('sender', HTMLSelectElement),
    find('more', HTMLButtonElement),
  ]
  const texts = topics.map((topic) => topic.toLowerCase())
  const names = senders.map((name) => name.toLowerCase())
  let rows = ROWS
  let calm = 0

  senders.forEach((name, index) => {
    const option = document.createElement('option')
    option.value = String(index)
    option.textContent = name
    sender.append(option)
  })

  const draw = () => {
    const wanted = search.value.trim().toLowerCase()
    const from = sender.value === '' ? undefined : Number(sender.value)
    const shown = messages.slice(placeOf(messages, view.from, firstOf), placeOf(messages, view.to + 1, firstOf))
    const found = shown.filter(
      ([, by, topic, payload]) =>
        (from === undefined || by === from) &&
        (wanted === '' ||
          texts[topic]?.includes(wanted) ||
          names[by]?.includes(wanted) ||
          payload.toLowerCase().includes(wanted)),
    )
    body.replaceChildren(
      ...found.slice(0, rows).map(([at, by, topic, payload, retain]) => {
        const row = html('tr', '')
        const what = html('td', 'payload', payload === '' ? '(empty)' : payload)
        if (retain === 1) what.append(html('span', 'kept', 'retained'))
        row.append(
          html('td', 'time', clock.format(at)),
          html('td', 'from', senders[by]),
          html('td', 'topic', topics[topic]),
          what,
        )
        return row
      }),
    )
    const all = view.isWhole() ? 'of the run' : `from ${clock.format(view.from)} to ${clock.format(view.to)}`
    const cut = found.length > rows ? `, the first ${rows} are shown: come closer, or look for something` : ''
    const left =
      messagesLeftOut > 0 ? `. ${messagesLeftOut.toLocaleString('en-GB')} later ones are not in this page` : ''
    count.textContent = `${found.length.toLocaleString('en-GB')} messages ${all}${cut}${left}.`
    more.hidden = found.length <= rows
  }

  const again = () => {
    rows = ROWS
    draw()
  }
  search.addEventListener('input', again)
  sender.addEventListener('change', again)
  more.addEventListener('click', () => {
    rows += ROWS
    draw()
  })
  const wait = () => {
    calm -= 1
    if (calm > 0) requestAnimationFrame(wait)
    else again()
  }
  let [lastFrom, lastTo] = [view.from, view.to]
  view.onChange(() => {
    if (view.from === lastFrom && view.to === lastTo) return
    lastFrom = view.from
    lastTo = view.to
    if (calm <= 0) requestAnimationFrame(wait)
    calm = CALM
  })
  draw()
}
