// The frame of every page the hub renders itself. No script, one style sheet, nothing from anywhere else.
import { html } from 'hono/html'

export type Markup = ReturnType<typeof html>

/** `hono/html` escapes every value put into it. */
export function layout(about: {
  readonly title: string
  readonly body: Markup
  readonly script?: string
  /** Where to go on at once, without a script. */
  readonly goTo?: string
}): Markup {
  const { title, body, script, goTo } = about
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Latchkey</title>
<link rel="stylesheet" href="/pages.css">
<link rel="icon" href="data:,">
${goTo ? html`<meta http-equiv="refresh" content="0; url=${goTo}">` : ''}
${script ? html`<script src="${script}" defer></script>` : ''}
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>`
}

export const TOO_MANY_TRIES = 'Too many tries. Please wait a few minutes.'

/** A problem above a form: announced by screen readers, and not by colour alone. */
export const problem = (text: string | undefined): Markup | string =>
  text === undefined ? '' : html`<p class="problem" role="alert">${text}</p>`
