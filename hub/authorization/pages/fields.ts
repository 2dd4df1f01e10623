// What more than one form asks for.
import { html } from 'hono/html'
import { PASSWORD_MIN } from '../people/password.ts'
import type { Markup } from './layout.ts'

/** `name` is what was typed before; `id` tells two of them on one page apart. */
export const nameField = ({ name, id = 'name' }: { name: string; id?: string }): Markup =>
  html`<label for="${id}">Your name</label>
<input id="${id}" name="name" value="${name}" maxlength="64" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" required>`

/** `more` follows the one rule that there is. No `maxlength`: browsers cut off what is pasted and say nothing, and the hub says it. */
export const newPasswordField = ({ label, more }: { label: string; more: string }): Markup =>
  html`<label for="password">${label}</label>
<input id="password" name="password" type="password" minlength="${PASSWORD_MIN}" autocomplete="new-password" aria-describedby="rule" required>
<p class="hint" id="rule">At least ${PASSWORD_MIN} characters. ${more}</p>`
