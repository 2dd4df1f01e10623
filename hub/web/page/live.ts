// The home as the page knows it. What is shown as live is live: after a gap everything is read again from nothing, and until that is
// done the old state is marked as old and nothing can be pressed.
import { signal } from '@preact/signals'
import { apply, emptyHome, type Home } from '../../home/model.ts'
import { after, now } from './clock.ts'
import { type Connection, connect } from './mqtt/connection.ts'
import type { Session } from './session.ts'

export type Link =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live' }
  /** `since`: when the state that is still shown was last known to be true; undefined when nothing was ever known. */
  | { readonly phase: 'lost'; readonly since: number | undefined }
  | { readonly phase: 'signed_out' }

export const home = signal<Home>(emptyHome)
export const link = signal<Link>({ phase: 'connecting' })
/** What the household calls its devices and where they stand, by id: the devices themselves do not know. */
export const called = signal<ReadonlyMap<string, { readonly name: string; readonly room: string | null }>>(new Map())
/** What a device answered when it refused something; newest last. */
export const notices = signal<readonly { readonly key: number; readonly text: string }[]>([])

const SHORTEST_WAIT = 500
const LONGEST_WAIT = 8_000
const NOTICE_LASTS = 8_000

let connection: Connection | undefined
let session: Session | undefined
let lastLive: number | undefined
let failures = 0
let cancelRetry = () => {}
let cancelRenewal = () => {}
let noticeKey = 0

/** Connects, and stays connected. */
export function follow(of: Session): void {
  session = of
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') lookNow()
  })
  addEventListener('online', lookNow)
  addEventListener('pageshow', lookNow)
  void open()
}

/** A phone that was asleep does not know what it missed. */
function lookNow(): void {
  if (connection !== undefined) connection.probe()
  else if (link.value.phase === 'lost') {
    cancelRetry()
    void open()
  }
}

async function open(renew = false): Promise<void> {
  let token: string | undefined
  try {
    token = await session?.token({ renew })
  } catch {
    return retry()
  }
  if (token === undefined) {
    link.value = { phase: 'signed_out' }
    return
  }
  let next: Home = emptyHome
  let complete = false
  const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/mqtt`
  connection = connect({
    url,
    token,
    filters: ['homie/5/#'],
    hear(topic, payload) {
      if (topic.endsWith('/ack/last')) return hearAnswer(payload)
      next = apply(next, { topic, payload })
      if (complete) home.value = next
    },
    alive() {
      if (complete) lastLive = now()
    },
    complete() {
      complete = true
      lastLive = now()
      failures = 0
      home.value = next
      link.value = { phase: 'live' }
      planRenewal()
    },
    ended(because) {
      connection = undefined
      cancelRenewal()
      link.value = { phase: 'lost', since: lastLive }
      // A refused token is exchanged once; if that is refused as well, waiting is all that is left.
      if (because === 'refused' && !renew) void open(true)
      else retry()
    },
  })
}

function retry(): void {
  link.value = { phase: 'lost', since: lastLive }
  const ceiling = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** failures++)
  cancelRetry = after(ceiling * (0.5 + Math.random() / 2), () => void open())
}

function planRenewal(): void {
  cancelRenewal = after(session?.renewIn() ?? 0, () => void renew())
}

/** Hands the next token over on the connection that is there. */
async function renew(): Promise<void> {
  const token = await session?.token({ renew: true }).catch(() => undefined)
  if (token === undefined) {
    cancelRenewal = after(SHORTEST_WAIT * 10, planRenewal)
    return
  }
  await connection?.publish('$latchkey/authz', token).catch(() => {})
  planRenewal()
}

/** Sends a command. What the device makes of it comes back as its state. */
export function command(topic: string, payload: string): void {
  const failed = () => notice('That did not get through. Please try again.')
  if (connection === undefined || link.value.phase !== 'live') failed()
  else connection.publish(topic, payload).catch(failed)
}

function hearAnswer(payload: string): void {
  try {
    const answer: unknown = JSON.parse(payload)
    if (typeof answer !== 'object' || answer === null || !('ok' in answer) || answer.ok !== false) return
    notice('message' in answer ? String(answer.message) : 'The device refused.')
  } catch {
    // An answer that cannot be read says nothing.
  }
}

export function notice(text: string): void {
  const key = noticeKey++
  const shown = text.charAt(0).toUpperCase() + text.slice(1)
  notices.value = [...notices.value.slice(-2), { key, text: shown }]
  after(NOTICE_LASTS, () => {
    notices.value = notices.value.filter((other) => other.key !== key)
  })
}
