// What a person sees where a program sent them here with a request that cannot be answered, and where there is nothing.
import type Provider from 'oidc-provider'
import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider'
import { isForPerson, noSuchPage, REFUSAL_HEADERS, type Refusal, refusalPage } from './refusal.ts'

/** `renderError` of the library. */
export function renderAuthorizationError(ctx: KoaContextWithOIDC, out: ErrorOut): void {
  const told = `${out.error}: ${out.error_description ?? 'the request cannot be answered'}`
  ctx.set(REFUSAL_HEADERS)
  if (isForPerson(ctx.get('accept'))) {
    ctx.type = 'html'
    ctx.body = refusalPage({ ...(REFUSALS[out.error] ?? UNCLEAR), forDeveloper: told })
  } else {
    ctx.type = 'text/plain'
    ctx.body = `${told}\n`
  }
}

/** The library answers what it does not have with two words of English. */
export function showWhatIsMissing(provider: Provider): void {
  provider.use(async (ctx, next) => {
    await next()
    if (ctx.status !== 404 || ctx.body !== undefined || !isForPerson(ctx.get('accept'))) return
    ctx.set(REFUSAL_HEADERS)
    ctx.body = noSuchPage
    ctx.type = 'html'
    ctx.status = 404
  })
}

const REFUSALS: Readonly<Record<string, Refusal>> = {
  invalid_client: {
    title: 'Nobody here knows this program',
    says: 'It sent you here by a name that no program of this home has; perhaps an owner has put it out. If you want it back, its developer has to register it again.',
  },
  invalid_redirect_uri: {
    title: 'You were not sent on',
    says: 'The program wants you to come back to an address that it has not registered here. That may be a mistake of its own, or somebody who pretends to be it.',
  },
  server_error: {
    title: 'Something went wrong',
    says: 'The log of the hub says what. Please go back to the program and try once more.',
  },
}
const UNCLEAR: Refusal = {
  title: 'This request cannot be answered',
  says: 'The program that sent you here asked for something in a way that this home does not understand, or so long ago that it is over. Please go back to it and begin again.',
}
