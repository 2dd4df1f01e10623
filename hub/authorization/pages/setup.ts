import { Hono } from 'hono'
import { html } from 'hono/html'
import * as v from 'valibot'
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import type { Audit } from '../audit/audit.ts'
import { createAddressLimiter } from '../limiter.ts'
import { type Accounts, newAccount } from '../people/accounts.ts'
import type { OwnerKey } from '../people/owner-key.ts'
import type { BrowserSession } from './browser-session.ts'
import { nameField, newPasswordField } from './fields.ts'
import { layout, type Markup, problem, TOO_MANY_TRIES } from './layout.ts'
import { addressOf, type Requests, textField } from './requests.ts'

export function setupPages(options: {
  readonly accounts: Accounts
  readonly browserSession: BrowserSession
  readonly ownerKey: OwnerKey
  readonly audit: Audit
  readonly clock: Clock
}): Hono<Requests> {
  const { accounts, browserSession, ownerKey, audit, clock } = options
  const tries = createAddressLimiter({ tries: 10, window: minutes(10), clock })
  const pages = new Hono<Requests>()

  pages.get('/setup', (c) => (accounts.hasOwner() ? c.html(alreadyDone, 410) : c.html(setupForm({}))))

  pages.post('/setup', async (c) => {
    if (accounts.hasOwner()) return c.html(alreadyDone, 410)
    const form = await c.req.parseBody()
    const key = textField(form.key)
    const typed = { name: textField(form.name), password: textField(form.password) }
    if (!tries.allows(addressOf(c))) {
      return c.html(setupForm({ name: typed.name, wrong: TOO_MANY_TRIES }), 429)
    }
    if (!ownerKey.matches(key)) {
      tries.count(addressOf(c))
      audit.record({ event: 'sign_in_failed', address: addressOf(c), detail: 'key of the first start' })
      const wrong = 'This key is not the one of this start. Please open the link that the terminal shows now.'
      return c.html(setupForm({ name: typed.name, wrong }), 403)
    }
    const wanted = v.safeParse(newAccount, typed)
    if (!wanted.success) {
      return c.html(setupForm({ name: typed.name, key, wrong: wanted.issues[0].message }), 400)
    }
    const owner = await accounts.createOwner(wanted.output)
    if (owner === undefined) return c.html(alreadyDone, 410)
    browserSession.start(c, owner)
    const who = { accountId: owner.id, address: addressOf(c) }
    audit.record({ event: 'account_created', ...who, detail: owner.role })
    audit.record({ event: 'signed_in', ...who, detail: 'first start' })
    return c.redirect('/', 303)
  })

  return pages
}

const alreadyDone = layout({
  title: 'There is an owner already',
  body: html`<p>The household's account was made before. <a href="/sign-in">Sign in</a></p>`,
})

const setupForm = ({ name = '', key = '', wrong }: { name?: string; key?: string; wrong?: string }): Markup =>
  layout({
    title: 'Welcome home',
    script: '/setup.js',
    body: html`<p>Make the owner's account: it lets devices in and puts them out.</p>
<form method="post" action="/setup">
${problem(wrong)}
${nameField({ name })}
${newPasswordField({ label: 'A password', more: 'Nothing else is asked of it.' })}
<label for="key">The key from the terminal</label>
<input id="key" name="key" value="${key}" autocomplete="off" autocapitalize="none" spellcheck="false" required>
<button>Make my account</button>
</form>`,
  })
