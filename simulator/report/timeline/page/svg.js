// Making elements. Text is only ever set as text: what a device sent is never read as mark-up.

const SVG = 'http://www.w3.org/2000/svg'

/**
 * @param {string} name
 * @param {Readonly<Record<string, string | number>>} attributes
 * @param {string} [text]
 * @returns {SVGElement}
 */
export function svg(name, attributes, text) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value))
  if (text !== undefined) made.textContent = text
  return made
}

/**
 * @param {string} name
 * @param {string} className
 * @param {string} [text]
 */
export function html(name, className, text) {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

/**
 * An element that the page has. Throws where it has none.
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function find(id, kind) {
  const found = document.getElementById(id)
  if (found instanceof kind) return found
  throw new Error(`Cannot show the run as the page must have #${id}: got ${found === null ? 'nothing' : found.tagName}`)
}

/**
 * A path's numbers need no more than a tenth of a pixel.
 * @param {number} value
 */
export const px = (value) => Math.round(value * 10) / 10
