// A form that /passkey.js brings to life. Until then it is hidden, so nobody presses what does nothing.
import { html } from 'hono/html'
import type { Purpose } from '../sign-in/challenges.ts'
import { type Markup, problem } from './layout.ts'

export const PASSKEY_SCRIPT = '/passkey.js'

export function passkeyForm(about: {
  readonly purpose: Purpose['type']
  readonly action: string
  readonly button: string
  /** Where the hub has an address and no name, there are no passkeys: said, rather than offered. */
  readonly areOffered: boolean
  readonly fields?: Markup
  readonly wrong?: string | undefined
}): Markup {
  const { purpose, action, button, areOffered, fields = '', wrong } = about
  if (!areOffered) {
    return html`${problem(wrong)}<p class="hint">Passkeys need a hub that has a name: this one is reached by its address.</p>`
  }
  const id = `passkey-${purpose}`
  return html`${problem(wrong)}<form id="${id}" data-passkey="${purpose}" method="post" action="${action}" hidden>
<p class="problem" role="alert" hidden></p>
${fields}
<input type="hidden" name="credential">
<button class="other">${button}</button>
</form>
<p class="hint" id="${id}-missing" hidden>This browser has no passkeys here: they take a current browser, and https or localhost.</p>`
}
