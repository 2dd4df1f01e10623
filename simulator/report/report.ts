// What a finished run has to say, as one value; everything that people and programs read is made from it.

export interface Report {
  readonly name: string
  readonly story?: string
  readonly file?: string
  readonly seed: number
  /** SHA-256 of the canonical transcript, hex. */
  readonly hash: string
  /** IANA. */
  readonly zone: string
  /** Of the home's own time, epoch ms. Every `at` below is ms since then. */
  readonly startedAt: number
  readonly lengthMillis: number
  /** Of real time. */
  readonly tookMillis: number
  readonly outcome: Outcome
  /** Why the run was given up, where it was. */
  readonly gaveUp?: string
  /** Repeats this run. */
  readonly command: string
  /** Every expectation and every safety rule. */
  readonly checks: readonly Check[]
  readonly kpis: readonly Kpi[]
  readonly series: readonly Series[]
  readonly messages: readonly ReportedMessage[]
  readonly marks: readonly Mark[]
}

/** `unsafe`: a safety rule was broken. */
export type Outcome = 'passed' | 'failed' | 'unsafe' | 'timed_out'

export interface Check {
  readonly name: string
  readonly kind: 'expectation' | 'safety'
  readonly outcome: 'passed' | 'failed' | 'not_checked'
  readonly at?: number
  readonly because?: string
  /** `frost.yaml:12`. */
  readonly where?: string
}

export interface Kpi {
  readonly name: string
  readonly value: number
  readonly unit: string
}

export interface Series {
  readonly name: string
  readonly unit: string
  readonly kind: 'line' | 'steps' | 'states'
  readonly points: readonly (readonly [at: number, value: number | string])[]
}

export interface ReportedMessage {
  readonly at: number
  readonly from: string
  readonly topic: string
  readonly payload: string
  readonly retain: boolean
}

export interface Mark {
  readonly at: number
  readonly kind: 'step' | 'fault' | 'event'
  readonly text: string
  readonly until?: number
}
