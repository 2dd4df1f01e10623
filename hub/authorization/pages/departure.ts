// Sending a browser to an identity provider, from wherever it is asked for.
import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Logger } from 'pino'
import type { Clock } from '#contract/clock.ts'
import { minutes } from '#contract/time.ts'
import type { Attempts, Errand } from '../identities/attempts.ts'
import { type IdentityProvider, IdentityProviderError } from '../identities/identity-provider.ts'
import { createAddressLimiter } from '../limiter.ts'
import type { Cookie } from './cookie.ts'
import { layout, type Markup, TOO_MANY_TRIES } from './layout.ts'
import { addressOf, type Requests } from './requests.ts'
import { confirmFor, returnTo, signInFor } from './return-to.ts'

export interface Departure {
  /** Sends the browser to the provider of this id, or says in words why not. `returnTo` is one of the pages in return-to.ts. */
  leave(c: Context<Requests>, to: { provider: string; errand: Errand; returnTo: string }): Promise<Response>
}

export function createDeparture(options: {
  readonly providers: readonly IdentityProvider[]
  readonly attempts: Attempts
  readonly attemptCookie: Cookie
  readonly clock: Clock
  readonly log: Logger
}): Departure {
  const { providers, attempts, attemptCookie, clock, log } = options
  const begun = createAddressLimiter({ tries: 60, window: minutes(10), clock })
  return {
    async leave(c, { provider: id, errand, returnTo: to }) {
      const provider = providers.find((each) => each.id === id)
      if (provider === undefined) return c.html(noSuch, 404)
      const back = backFrom(errand, to)
      if (!begun.allows(addressOf(c))) return c.html(notNow(TOO_MANY_TRIES, back), 429)
      begun.count(addressOf(c))
      const { browser, ...secrets } = attempts.begin({ provider: id, errand, returnTo: to })
      try {
        const url = await provider.begin(secrets, errand.type !== 'sign_in')
        attemptCookie.set(c, browser)
        // A form is held to `form-action` through every redirect, and nobody knows which a provider makes: a link is not.
        return c.req.method === 'GET' ? c.redirect(url.href, 303) : c.html(onTheWay(provider.name, url.href))
      } catch (err) {
        if (!(err instanceof IdentityProviderError)) throw err
        log.warn({ because: becauseOf(err), provider: id }, 'an identity provider cannot be used')
        return c.html(notNow(troubleOf(provider.name, err), back), 502)
      }
    },
  }
}

/** A link on the sign-in page: whoever is sent here by another site ends as the person that the provider tells of, and nobody else. */
export function departurePages({ leave }: Departure): Hono<Requests> {
  return new Hono<Requests>().get('/sign-in/with/:provider', (c) =>
    leave(c, {
      ...{ provider: c.req.param('provider'), errand: { type: 'sign_in' } },
      returnTo: returnTo(c.req.query('return_to')),
    }),
  )
}

/** Where to try once more. */
export function backFrom(errand: Errand, to: string): string {
  switch (errand.type) {
    case 'sign_in':
      return signInFor(to)
    case 'confirm':
      return confirmFor(to)
    case 'link':
      return '/account'
    case 'join':
      return '/invitation'
  }
}

/** What went wrong, for the person who waits. */
export function troubleOf(name: string, { code, message }: IdentityProviderError): string {
  switch (code) {
    case 'unreachable':
      return `${name} does not answer. Please try again in a while, or use another way.`
    case 'not_set_up':
      return `${name} is not set up rightly here. The log of the hub says what to change; please use another way until then.`
    case 'refused':
      return `${name} says: “${message}”`
    case 'not_believed':
      return `What came from ${name} could not be believed, so nothing was done. The log of the hub says why.`
  }
}

/** The same for the log, down to the first cause: whoever has to change a setting reads words and no stack. */
export const becauseOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message}: ${becauseOf(cause)}` : message

/** The browser goes on by itself; where it does not, there is a link. */
export const onTheWay = (name: string, url: string): Markup =>
  layout({
    title: `On to ${name}`,
    goTo: url,
    body: html`<p><a class="button" href="${url}">Go on</a></p>`,
  })

export const notNow = (wrong: string, back: string): Markup =>
  layout({
    title: 'That did not work',
    body: html`<p class="problem" role="alert">${wrong}</p>
<p><a class="button" href="${back}">Back</a></p>`,
  })

export const noSuch = layout({
  title: 'There is no such place',
  body: html`<p>This household does not sign in there. <a href="/sign-in">Sign in</a></p>`,
})
