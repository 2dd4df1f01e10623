// What a person sees where the hub has nothing else to say than no. A program is told the same in its own way.
import { html } from 'hono/html'
import { layout } from './layout.ts'

/** Whether the answer is looked at by somebody: browsers ask for HTML by its name where they are sent, programs and scripts do not. */
export const isForPerson = (accept: string | undefined): boolean => /\btext\/html\b/i.test(accept ?? '')

export interface Refusal {
  readonly title: string
  /** What is wrong, and what to do. */
  readonly says: string
  /** For whoever wrote the program that sent them here. */
  readonly forDeveloper?: string
  /** Where to go; to the home. */
  readonly goTo?: { readonly href: string; readonly text: string }
}

/** The whole page, as text for any of our servers. */
export function refusalPage({ title, says, forDeveloper, goTo = HOME }: Refusal): string {
  const more =
    forDeveloper === undefined ? '' : html`<p class="hint">For its developer: <code>${forDeveloper}</code></p>`
  const page = layout({
    title,
    body: html`<p>${says}</p>
${more}
<p><a class="button" href="${goTo.href}">${goTo.text}</a></p>`,
  })
  if (page instanceof Promise) throw new TypeError('Cannot write a page as its parts must be there: one is waited for')
  return String(page)
}

const HOME = { href: '/', text: 'To the home' }

export const noSuchPage = refusalPage({
  title: 'There is no such page',
  says: 'The address may be misspelt, or what was here is gone.',
})

export const tooLong = refusalPage({
  title: 'That was too long',
  says: 'Nothing was done. Please go back and type less.',
})

export const tooManyRequests = refusalPage({
  title: 'Too many tries',
  says: 'Please wait ten minutes, and go back to the program that sent you here.',
})

/** No cache gives one's page to another. */
export const REFUSAL_HEADERS = { 'cache-control': 'no-store', vary: 'accept' } as const
