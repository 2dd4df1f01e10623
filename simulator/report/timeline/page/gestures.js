// Wheel, fingers, keys and buttons: what people do to the chart.
import { find } from './svg.js'

/** @import { PageData } from '../page-data.ts' */
/** @import { Chart } from './chart.js' */
/** @import { View } from './view.js' */

const CLOSER = 1.5
/** The cursor goes this part of what is shown, the chart that one. */
const [CURSOR_STEP, CHART_STEP] = [1 / 60, 1 / 4]

/**
 * @param {Chart} chart
 * @param {View} view
 * @param {PageData} data
 */
export function listen(chart, view, { marks }) {
  wheel(chart, view)
  pointers(chart, view)

  const previous = () => view.go(marks.findLast(({ at }) => at < view.cursor)?.at ?? 0)
  const next = () => view.go(marks.find(({ at }) => at > view.cursor)?.at ?? view.length)
  /** Around the cursor, where it can be seen. */
  const middle = () => (view.cursor >= view.from && view.cursor <= view.to ? view.cursor : (view.from + view.to) / 2)
  const closer = () => view.zoom(CLOSER, middle())
  const wider = () => view.zoom(1 / CLOSER, middle())
  const earlier = () => view.pan(-view.span * CHART_STEP)
  const later = () => view.pan(view.span * CHART_STEP)

  for (const [id, act] of Object.entries({ earlier, later, closer, wider, whole: view.whole, previous, next })) {
    find(id, HTMLButtonElement).addEventListener('click', act)
  }
  for (const button of document.querySelectorAll('.jump')) {
    button.addEventListener('click', () => {
      const at = Number(button.getAttribute('data-at'))
      const span = Math.min(view.span, 3_600_000)
      view.show(at - span / 2, span)
      view.point(at)
      chart.root.focus({ preventScroll: true })
      find('timeline', HTMLElement).scrollIntoView()
    })
  }

  /** @param {number} direction */
  const step = (direction) => view.go(view.cursor + direction * Math.max(1, view.span * CURSOR_STEP))
  /** @type {Readonly<Record<string, () => void>>} */
  const keys = {
    ...{ '+': closer, '=': closer, '-': wider, '−': wider, 0: view.whole },
    ...{ ArrowLeft: () => step(-1), ArrowRight: () => step(1), ArrowDown: () => step(-1), ArrowUp: () => step(1) },
    ...{ PageUp: previous, PageDown: next, Home: () => view.go(0), End: () => view.go(view.length) },
  }
  /** @type {Readonly<Record<string, () => void>>} */
  const shifted = { ArrowLeft: earlier, ArrowRight: later }
  chart.root.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const act = (event.shiftKey ? shifted[event.key] : undefined) ?? keys[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  })
}

/**
 * @param {Chart} chart
 * @param {View} view
 */
function wheel(chart, view) {
  chart.root.addEventListener(
    'wheel',
    (event) => {
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
        if (view.isWhole()) return
        event.preventDefault()
        view.pan((event.deltaX || event.deltaY) * chart.pixel())
        return
      }
      // Somebody who reads on down the page must not be caught by the chart.
      if (!event.ctrlKey && (document.activeElement !== chart.root || (event.deltaY > 0 && view.isWhole()))) return
      event.preventDefault()
      view.zoom(Math.exp(-Math.max(-240, Math.min(240, event.deltaY)) / 300), chart.timeAt(event.clientX))
    },
    { passive: false },
  )
}

/**
 * One finger or the mouse moves the chart, two come closer, and a mouse that only passes takes the cursor with it.
 * @param {Chart} chart
 * @param {View} view
 */
function pointers(chart, view) {
  /** @type {Map<number, number>} */
  const down = new Map()
  let moved = 0
  const { root } = chart

  root.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    down.set(event.pointerId, event.clientX)
    moved = 0
    root.setPointerCapture(event.pointerId)
  })
  root.addEventListener('pointermove', (event) => {
    const before = down.get(event.pointerId)
    if (before === undefined) {
      if (event.pointerType === 'mouse') view.point(chart.timeAt(event.clientX))
      return
    }
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1]
    moved += Math.abs(event.clientX - before)
    if (other === undefined) view.pan((before - event.clientX) * chart.pixel())
    else {
      const [was, is] = [Math.abs(before - other), Math.abs(event.clientX - other)]
      if (was > 8 && is > 8) view.zoom(is / was, chart.timeAt((event.clientX + other) / 2))
    }
    down.set(event.pointerId, event.clientX)
  })
  /** @param {PointerEvent} event */
  const up = (event) => {
    const held = down.delete(event.pointerId)
    // A tap rather than a drag: this is the moment that is meant.
    if (held && moved < 6 && event.type === 'pointerup') view.point(chart.timeAt(event.clientX))
  }
  root.addEventListener('pointerup', up)
  root.addEventListener('pointercancel', up)
  root.addEventListener('dblclick', (event) => view.zoom(2, chart.timeAt(event.clientX)))
}
