// The page's one place for time.

/** Milliseconds since 1970. */
export const now = (): number => Date.now()

/** Milliseconds on a clock that does not jump; it may stand still while the phone sleeps. */
export const uptime = (): number => performance.now()

/** Calls once; the returned function calls it off. */
export function after(milliseconds: number, then: () => void): () => void {
  const timer = setTimeout(then, milliseconds)
  return () => clearTimeout(timer)
}

export function every(milliseconds: number, then: () => void): () => void {
  const timer = setInterval(then, milliseconds)
  return () => clearInterval(timer)
}

export const secondsUntil = (time: string): number => Math.max(0, Math.round((Date.parse(time) - now()) / 1000))
