// Puts the page together from the report that stands in it.
import { createChart } from './chart.js'
import { listen } from './gestures.js'
import { createReadout } from './readout.js'
import { find } from './svg.js'
import { createTable } from './table.js'
import { createView } from './view.js'
import { createWallClock } from './wall-clock.js'

/** @import { PageData } from '../page-data.ts' */

/** A mark is at the cursor when it is no farther than this. */
const REACH_PIXELS = 6

function start() {
  /** @type {PageData} */
  const data = JSON.parse(find('report', HTMLScriptElement).textContent ?? '')
  const clock = createWallClock(data)
  const view = createView(data.lengthMillis)
  const chart = createChart(data, view, clock)
  const readout = createReadout(data, clock)
  const output = find('readout', HTMLOutputElement)
  const place = find('chart', HTMLElement)

  for (const id of ['timeline', 'messages']) find(id, HTMLElement).hidden = false
  place.append(chart.root)
  const draw = () => {
    chart.draw()
    const reach = chart.pixel() * REACH_PIXELS
    output.replaceChildren(...readout.nodes(view.cursor, reach))
    chart.say(readout.text(view.cursor, reach))
  }
  view.onChange(draw)
  listen(chart, view, data)
  // Where people want to look first: at what failed.
  view.point(data.marks.find(({ kind }) => kind === 'failure')?.at ?? data.lengthMillis)
  draw()
  createTable(data, view, clock)
  new ResizeObserver(view.changed).observe(place)
}

start()
