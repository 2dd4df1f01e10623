// The chart is a stack of lanes on one time axis. This says what a lane is, and keeps what all of them share.

/** @import { View } from './view.js' */

/**
 * Where things are, in pixels.
 * @typedef {object} Frame
 * @property {number} width
 * @property {number} left of the plot
 * @property {number} right of the plot
 * @property {number} unit the size of the text
 * @property {boolean} narrow a phone: names stand above the lanes
 * @property {(at: number) => number} x
 * @property {View} view
 */

/**
 * @typedef {object} Lane
 * @property {string} name
 * @property {boolean} [ownName] it writes its names itself
 * @property {boolean} [heading] it says what the lanes below it are
 * @property {(unit: number, narrow: boolean) => number} height
 * @property {(frame: Frame) => readonly SVGElement[]} draw from 0 down to its height
 */

/**
 * The place of the first element that is not before `at`.
 * @template T
 * @param {readonly T[]} list in the order of time
 * @param {number} at
 * @param {(each: T) => number} timeOf
 */
export function placeOf(list, at, timeOf) {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const each = list[middle]
    if (each !== undefined && timeOf(each) < at) low = middle + 1
    else high = middle
  }
  return low
}

/** @param {readonly [number, ...unknown[]]} each */
export const firstOf = (each) => each[0]
