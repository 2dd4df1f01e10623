/** Milliseconds since 1970-01-01T00:00:00Z, as the wall clock has it: it may jump. */
export type Instant = number & { readonly __unit: 'Instant' }

/** A length of time in milliseconds; as a point, milliseconds on the monotonic clock. */
export type Millis = number & { readonly __unit: 'Millis' }

export const instant = (epochMillis: number) => epochMillis as Instant
export const millis = (count: number) => count as Millis
export const seconds = (count: number) => (count * 1000) as Millis
export const minutes = (count: number) => (count * 60_000) as Millis
export const hours = (count: number) => (count * 3_600_000) as Millis

/** A moment on both clocks: `wall` is for people and for tokens, `uptime` for intervals and deadlines. */
export interface Moment {
  readonly wall: Instant
  readonly uptime: Millis
}
