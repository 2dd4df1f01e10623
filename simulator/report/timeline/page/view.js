// What part of the run is shown, and where the cursor is.

/** Closer than this there is nothing more to see. */
const SHORTEST = 2000

/** @param {number} length */
export function createView(length) {
  const shortest = Math.min(SHORTEST, length)
  let from = 0
  let to = length
  let cursor = length
  let asked = false
  /** @type {(() => void)[]} */
  const hearers = []

  // However many events come in one frame, it is drawn once.
  const changed = () => {
    if (asked) return
    asked = true
    requestAnimationFrame(() => {
      asked = false
      for (const hear of hearers) hear()
    })
  }
  /** @param {number} at */
  const inside = (at) => Math.min(length, Math.max(0, at))

  const view = {
    get from() {
      return from
    },
    get to() {
      return to
    },
    get span() {
      return to - from
    },
    get cursor() {
      return cursor
    },
    length,
    /** @param {() => void} hear */
    onChange(hear) {
      hearers.push(hear)
    },
    changed,
    /**
     * @param {number} start
     * @param {number} span
     */
    show(start, span) {
      const size = Math.min(length, Math.max(shortest, span))
      from = Math.min(Math.max(0, start), length - size)
      to = from + size
      changed()
    },
    /**
     * More than 1 comes closer. What is at `around` stays where it is.
     * @param {number} factor
     * @param {number} around
     */
    zoom(factor, around) {
      const size = Math.min(length, Math.max(shortest, (to - from) / factor))
      const share = (around - from) / (to - from || 1)
      view.show(around - share * size, size)
    },
    /** @param {number} by */
    pan(by) {
      view.show(from + by, to - from)
    },
    whole() {
      view.show(0, length)
    },
    /** @param {number} at */
    point(at) {
      cursor = inside(at)
      changed()
    },
    /**
     * As `point`, and it can be seen.
     * @param {number} at
     */
    go(at) {
      cursor = inside(at)
      if (cursor < from || cursor > to) view.show(cursor - (to - from) / 2, to - from)
      changed()
    },
    isWhole: () => to - from >= length,
  }
  return view
}

/** @typedef {ReturnType<typeof createView>} View */
