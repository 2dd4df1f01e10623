// The verification URI of RFC 8628 §3.3. It always shows who asks, the code to compare, and a "no" as large as the "yes", also when
// the code came with the link (§3.3.1; RFC 10027 on consent phishing).
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { KIND_NAMES } from '#contract/kinds.ts'
import { SCOPE_SENTENCES } from '#contract/scopes.ts'
import type { Instant } from '#contract/time.ts'
import type { Audit } from '../audit/audit.ts'
import { deviceFacts } from '../devices/devices.ts'
import { type Answer, formatUserCode, type Lookup, type Pairing, type PairingRequest } from '../devices/pairing.ts'
import type { Elsewhere } from '../networks.ts'
import type { Session } from '../sign-in/sessions.ts'
import { formatAgo } from './ago.ts'
import type { BrowserSession } from './browser-session.ts'
import { layout, type Markup, problem } from './layout.ts'
import { addressOf, type Requests, textField } from './requests.ts'

export function pairPages(options: {
  readonly pairing: Pairing
  readonly audit: Audit
  readonly elsewhere: Elsewhere
  readonly browserSession: BrowserSession
  /** For who names a room: those that there are. */
  readonly rooms: () => readonly string[]
  readonly clock: Clock
}): Hono<Requests> {
  const { pairing, audit, elsewhere, browserSession, rooms, clock } = options
  const pages = new Hono<Requests>()
  const asker = (c: Context<Requests>, { account }: Session) => ({ address: addressOf(c), account })

  pages.get('/pair', async (c) => {
    const code = c.req.query('user_code') ?? ''
    const session = browserSession.require(c, code ? `/pair?user_code=${formatUserCode(code)}` : '/pair')
    if (!('account' in session)) return session
    if (session.account.role === 'guest') return c.html(notForGuests, 403)
    if (code === '') return c.html(codeForm({}))
    const found = await pairing.find(code, asker(c, session))
    if (found.outcome !== 'waiting') return refusal(c, code, found.outcome)
    const { request } = found
    const facts = { request, now: clock.now(), phone: addressOf(c), rooms: rooms() }
    const mayAllow = session.account.role === 'owner'
    if (!request.isNear && !elsewhere.isAllowed()) return c.html(tooFar({ ...facts, mayAllow }), 403)
    return c.html(question(facts))
  })

  pages.post('/pair', async (c) => {
    // The form first: whoever signs out while it is on its way decides nothing any more.
    const form = await c.req.parseBody()
    const session = browserSession.require(c, '/pair')
    if (!('account' in session)) return session
    if (session.account.role === 'guest') return c.html(notForGuests, 403)
    const code = textField(form.user_code)
    const answer = textField(form.answer)
    if (answer !== 'approved' && answer !== 'denied')
      return c.html(codeForm({ wrong: 'Please answer yes or no.' }), 400)
    const said = readAnswer(answer, form)
    if ('wrong' in said) return c.html(codeForm({ code: formatUserCode(code), wrong: said.wrong }), 400)
    const result = await pairing.decide(code, asker(c, session), said)
    switch (result.outcome) {
      case 'approved':
        return c.html(approved)
      case 'denied':
        return c.html(denied)
      case 'elsewhere':
        return c.redirect(`/pair?user_code=${formatUserCode(code)}`, 303)
      case 'waiting':
        return c.html(codeForm({ wrong: 'Please try once more.' }), 409)
      default:
        return refusal(c, code, result.outcome)
    }
  })

  pages.post('/pair/elsewhere', async (c) => {
    const code = textField((await c.req.parseBody()).user_code)
    const session = browserSession.require(c, '/pair')
    if (!('account' in session)) return session
    if (session.account.role !== 'owner') return c.html(codeForm({ wrong: 'Only an owner allows this.' }), 403)
    const confirmed = browserSession.requireFresh(c, `/pair?user_code=${formatUserCode(code)}`)
    if (!('account' in confirmed)) return confirmed
    elsewhere.allow()
    audit.record({ event: 'elsewhere_allowed', accountId: session.account.id, address: addressOf(c) })
    return c.redirect(`/pair?user_code=${formatUserCode(code)}`, 303)
  })

  return pages
}

/** A device gets what the person typed, or else keeps its own name. */
function readAnswer(
  decision: 'approved' | 'denied',
  form: Record<string, unknown>,
): Answer | { readonly wrong: string } {
  if (decision === 'denied') return { decision }
  const typed = { name: textField(form.name).trim() || undefined, room: textField(form.room) }
  const read = v.safeParse(deviceFacts, typed)
  return read.success ? { decision, ...read.output } : { wrong: read.issues[0].message }
}

const REFUSALS: Readonly<
  Record<Exclude<Lookup['outcome'], 'waiting'>, { status: 400 | 404 | 410 | 429; text: string }>
> = {
  unknown: { status: 404, text: 'No device shows this code. Please compare it letter by letter.' },
  expired: { status: 410, text: 'This code is too old. Ask the device for a new one.' },
  decided: { status: 410, text: 'This code was answered already.' },
  too_many_guesses: { status: 429, text: 'Too many wrong codes. Please wait a few minutes.' },
}

function refusal(c: Context<Requests>, code: string, outcome: Exclude<Lookup['outcome'], 'waiting'>) {
  const { status, text } = REFUSALS[outcome]
  return c.html(codeForm({ code: formatUserCode(code).slice(0, 9), wrong: text }), status)
}

const codeForm = ({ code = '', wrong }: { code?: string; wrong?: string }): Markup =>
  layout({
    title: 'Pair a device',
    body: html`<form method="get" action="/pair">
${problem(wrong)}
<label for="code">The code that the device shows</label>
<input class="code-field" id="code" name="user_code" value="${code}" maxlength="16" autocomplete="one-time-code" autocapitalize="characters" autocorrect="off" spellcheck="false" aria-describedby="next" required>
<p class="hint" id="next">Next you see which device it is. Nothing is allowed yet.</p>
<button>Continue</button>
</form>
<p><a href="/">Back to the home</a></p>`,
  })

interface Facts {
  readonly request: PairingRequest
  readonly now: Instant
  /** The address of the person's own device. */
  readonly phone: string
  readonly rooms: readonly string[]
}

const whoAsks = ({ request: { device, address, askedAt, isNear }, now, phone }: Facts): Markup => html`<dl>
<dt>Kind</dt><dd>${KIND_NAMES[device.kind]}</dd>
<dt>Calls itself</dt><dd>${device.name}</dd>
<dt>Its id here</dt><dd>${device.id}</dd>
<dt>Address</dt><dd>${address}</dd>
<dt>Yours</dt><dd>${phone}, ${isNear ? 'the same network' : 'another network'}</dd>
<dt>Asked</dt><dd>${formatAgo(askedAt, now)}</dd>
</dl>`

const question = (facts: Facts): Markup => {
  const { userCode, device, scopes } = facts.request
  return layout({
    title: `Let this ${KIND_NAMES[device.kind].toLowerCase()} in?`,
    body: html`<div class="card">
<p>Does the device in front of you show this code?</p>
<p class="code">${userCode}</p>
${whoAsks(facts)}
<p>It will be allowed to:</p>
<ul>${scopes.map((scope) => html`<li>${SCOPE_SENTENCES[scope]}</li>`)}</ul>
<p>It will not be allowed to control other devices.</p>
</div>
<p><strong>Say yes only if you started this yourself</strong> and the codes are the same.</p>
<form method="post" action="/pair">
<input type="hidden" name="user_code" value="${userCode}">
<label for="name">What you call it</label>
<input id="name" name="name" value="${device.name}" maxlength="48" autocomplete="off">
<label for="room">Its room</label>
<input id="room" name="room" value="${device.room ?? ''}" maxlength="32" list="rooms" autocomplete="off">
<datalist id="rooms">${facts.rooms.map((room) => html`<option value="${room}">`)}</datalist>
<div class="choice">
<button class="other" name="answer" value="denied">No, I did not start this</button>
<button class="other" name="answer" value="approved">Yes, let it in</button>
</div>
</form>`,
  })
}

/** RFC 10027 on proximity: whoever stands before the device is in the same house as it is. */
const tooFar = (facts: Facts & { readonly mayAllow: boolean }): Markup =>
  layout({
    title: 'This device is somewhere else',
    body: html`<div class="card">
${whoAsks(facts)}
</div>
<p>The device asks from another network than yours. If nobody you trust is with it now, somebody is trying to get in with your help: close this page.</p>
<p>If it is yours, open this page on a phone in the same network as the device.</p>
${
  facts.mayAllow
    ? html`<form method="post" action="/pair/elsewhere">
<input type="hidden" name="user_code" value="${facts.request.userCode}">
<button class="other">Allow devices from elsewhere for ten minutes</button>
</form>`
    : html`<p class="hint">An owner can allow devices from elsewhere for ten minutes.</p>`
}
<p><a href="/">Back to the home</a></p>`,
  })

const approved = layout({
  title: 'It is let in',
  body: html`<p>The device connects within a few seconds. You can put it out again at any time.</p>
<p><a class="button" href="/">To the home</a></p><p><a href="/pair">Pair another device</a></p>`,
})

const notForGuests = layout({
  title: 'Guests let no devices in',
  body: html`<p>Somebody who lives here can do it: show them the code. <a href="/">Back to the home</a></p>`,
})

const denied = layout({
  title: 'It stays out',
  body: html`<p>The device was told no. If you did not start this, somebody tried to get in with your help: good that you looked.</p>
<p><a class="button" href="/">To the home</a></p>`,
})
