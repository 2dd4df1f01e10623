// What a test has in its hand.
import type { Logger } from 'pino'
import type { Length } from '../length.ts'
import type { AuthorizationControl } from './authorization.ts'
import type { BrokerControl, Disturbance } from './broker.ts'
import type { ShownCode } from './codes.ts'
import type { Refusal } from './connections.ts'
import type { Planned } from './plan.ts'

export interface MockHubOptions {
  /** `host:port` of this machine's loopback for HTTP; `127.0.0.1:0`, a free port. */
  readonly http?: string
  /** The same for MQTT. */
  readonly mqtt?: string
  readonly authorization?: {
    /** How long access tokens live, in whole seconds; ten minutes. */
    readonly tokens?: Length
    /** What devices are asked to wait between polls (`interval`, RFC 8628 §3.2), in whole seconds; two. */
    readonly pollInterval?: Length
    /** The answers to the first polls; see `AuthorizationControl.next`. */
    readonly answers?: readonly Planned[]
    /** Lets in whoever asks, after one poll. */
    readonly approveAll?: boolean
  }
  readonly broker?: {
    /** From the start; see `BrokerControl.refuse`. */
    readonly refuse?: Refusal
    readonly disturb?: Disturbance
  }
  /** Of the chance in `disturb`: the same seed draws the same numbers; 1. */
  readonly seed?: number
  /** Silent. */
  readonly log?: Logger
  /** Told when a device was given a code, and when something has become of it. */
  readonly onCode?: (code: ShownCode) => void
}

export interface MockHub extends AsyncDisposable {
  /** Of the authorization server (RFC 8414), and the base of the pages and the API. */
  readonly issuer: URL
  readonly mqttUrl: URL
  /** MQTT over WebSocket, sub-protocol `mqtt`. */
  readonly webSocketUrl: URL
  /** Below it, this hub is controlled from other processes and languages: see `latchkey mock-hub --help`. */
  readonly controlUrl: URL
  /** Who lives here: for signing in by hand, at the issuer. */
  readonly owner: { readonly name: string; readonly password: string }
  /** The owner's, new at each call, with the scopes asked for; all of them by default. */
  accessToken(scopes?: readonly string[]): Promise<string>
  /** Lets the device in that shows this code (RFC 8628 §3.3). Rejects where none does. */
  approve(userCode: string): Promise<void>
  /** Tells it no: its next poll is answered `access_denied`. */
  deny(userCode: string): Promise<void>
  readonly authorization: AuthorizationControl
  readonly broker: BrokerControl
  /** Forgets planned answers, disturbances, refusals, recorded requests and messages. Devices stay paired and connected. */
  reset(): void
}
