// What the page of a run is given: the report as it is drawn. Every time is milliseconds since the start of the run.

export interface PageData {
  readonly startedAt: number
  readonly lengthMillis: number
  /** What to add to UTC from a time on; the first is at 0. */
  readonly offsets: readonly (readonly [at: number, offsetMillis: number])[]
  readonly panels: readonly Panel[]
  readonly bands: readonly Band[]
  readonly marks: readonly PageMark[]
  readonly senders: readonly string[]
  readonly topics: readonly string[]
  /** In the order of time. */
  readonly messages: readonly PageMessage[]
  /** How many came after those. */
  readonly messagesLeftOut: number
}

/** Curves that share an axis. */
export interface Panel {
  readonly unit: string
  readonly curves: readonly Curve[]
}

export interface Curve {
  readonly name: string
  readonly kind: 'line' | 'steps'
  readonly points: readonly (readonly [at: number, value: number])[]
}

/** How a state is to look: quiet ones step back, bad ones catch the eye. */
export type Tone = 'quiet' | 'busy' | 'bad'

export interface Band {
  readonly name: string
  /** Each until the next; the last one until the end. */
  readonly states: readonly (readonly [at: number, value: string, tone: Tone])[]
}

export interface PageMark {
  readonly at: number
  readonly until: number
  readonly kind: 'failure' | 'fault' | 'step' | 'event'
  readonly text: string
}

/** Sender and topic are their places in the lists. */
export type PageMessage = readonly [at: number, sender: number, topic: number, payload: string, retain: 0 | 1]
