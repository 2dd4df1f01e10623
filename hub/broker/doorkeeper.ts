// Who comes in, judged at CONNECT: the token, the client id, the last will.
import type { ConnectPacket } from 'aedes'
import type { Clock } from '#contract/clock.ts'
import { AdmissionError } from '../authorization/access-token.ts'
import type { Admission, Approach } from './admission.ts'
import { LIMITS } from './limits.ts'
import { decide, HOME_ASSISTANT_STATUS } from './permission.ts'
import type { Principal } from './principal.ts'

export type Entry =
  | { readonly admitted: true; readonly principal: Principal; readonly clientId: string }
  | { readonly admitted: false; readonly because: string }

const refused = (because: string): Entry => ({ admitted: false, because })

export interface DoorkeeperOptions {
  readonly admission: Admission
  /** What a proof of possession must be made for. */
  readonly approach: Omit<Approach, 'proof'>
  readonly clock: Clock
  /** Open connections: all of them, or of one principal. */
  readonly count: (clientId?: string, subject?: string) => number
  readonly randomId: () => string
}

/** The password is the access token; the user name is ignored, unless the token is bound to a key: then it is the proof (RFC 9449). Never throws for what a client sent. */
export async function judgeConnect(packet: ConnectPacket, options: DoorkeeperOptions): Promise<Entry> {
  const { admission, approach, clock, count, randomId } = options
  if (count() >= LIMITS.connections) return refused('too_many_connections')
  if (packet.clientId.length > LIMITS.clientIdLength) return refused('client_id_too_long')
  if (packet.password === undefined || packet.password.length === 0) return refused('no_token')

  const shown = { ...approach, proof: packet.username }
  const principal = await admission.admit(packet.password.toString(), shown).catch((error: unknown) => {
    if (error instanceof AdmissionError) return error
    throw error
  })
  if (principal instanceof AdmissionError) return refused(principal.code)
  if (count(principal.clientId, principal.subject) >= LIMITS.connectionsPerPrincipal)
    return refused('too_many_connections')

  const { will } = packet
  if (will !== undefined) {
    // A command that is given when somebody's connection breaks would come late, and perhaps after the right to give it ended. That
    // Home Assistant is gone is none, and it always leaves that behind.
    if (principal.device === undefined && will.topic !== HOME_ASSISTANT_STATUS) return refused('will_is_a_command')
    const wish = {
      type: 'publish',
      topic: will.topic,
      retain: will.retain === true,
      payload: will.payload.toString(),
    } as const
    const verdict = decide(principal, wish, clock.now())
    if (!verdict.allowed) return refused(`will_${verdict.because}`)
  }
  if (principal.device !== undefined) {
    if (packet.clientId !== principal.device) return refused('foreign_client_id')
    return { admitted: true, principal, clientId: principal.device }
  }
  // Two principals that chose one id would throw each other out and read each other's queue, so each has a space of its own. A
  // device id holds no slash: no one can pass for a device. Names that another server gave may hold one.
  const chosen = packet.clientId === '' ? randomId() : packet.clientId
  const own = [principal.clientId, principal.subject].map(encodeURIComponent)
  return { admitted: true, principal, clientId: [...own, chosen].join('/') }
}
