// Topic filters, MQTT 3.1.1 §4.7.

/** Whether everything that `inner` can match is also matched by `outer`. */
export function isWithin(inner: string, outer: string): boolean {
  return levelsWithin(inner.split('/'), outer.split('/'))
}

function levelsWithin(inner: readonly string[], outer: readonly string[]): boolean {
  for (const [index, wanted] of outer.entries()) {
    // §4.7.1.2: `#` matches the parent level as well, so `a` lies within `a/#`.
    if (wanted === '#') return true
    const level = inner[index]
    if (level === undefined || level === '#') return false
    if (wanted !== '+' && wanted !== level) return false
  }
  const rest = inner.slice(outer.length)
  return rest.length === 0
}

/** Whether `filter` may match more than one topic (§4.7.1). */
export const hasWildcard = (filter: string): boolean => /[+#]/.test(filter)

/** Whether `filter` matches the topic name. */
export const matches = (filter: string, topic: string): boolean =>
  // §4.7.2: a filter that starts with a wildcard does not match names that start with `$`.
  !(topic.startsWith('$') && /^[+#]/.test(filter)) && isWithin(topic, filter)
