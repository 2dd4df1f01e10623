// A secret that is shown this once, and taken elsewhere from here.
import { html } from 'hono/html'
import type { Markup } from './layout.ts'

export const COPY_SCRIPT = '/copy.js'

/** The page needs `COPY_SCRIPT`; until it runs the button is hidden, so nobody presses what does nothing. */
export const shownOnce = ({
  id,
  label,
  text,
}: {
  readonly id: string
  readonly label: string
  readonly text: string
}): Markup =>
  html`<div class="card">
<label for="${id}">${label}</label>
<input id="${id}" value="${text}" readonly>
<button class="other" type="button" data-copies="${id}" hidden>Copy</button>
<p class="hint" id="${id}-copied" role="status"></p>
</div>`
