// passport-openidconnect, as somebody's own web program would have it: the code flow with PKCE, an ID token, userinfo.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Passport } from 'passport'
import Strategy, { type Profile } from 'passport-openidconnect'
import { afterAll, expect, test } from 'vitest'
import { challengeOf, openAttackRoom, VERIFIER } from '../attacks/room.ts'
import { register } from './apps.ts'

const { server, owner } = await openAttackRoom()

type Trade = (code: string, params: object, done: unknown) => void

/** The library has no PKCE: what its user adds. A real program keeps a verifier for each browser, this one knows only one. */
class WithProof extends Strategy {
  constructor(...options: ConstructorParameters<typeof Strategy>) {
    super(...options)
    const { _oauth2: inner } = this as unknown as { readonly _oauth2: { getOAuthAccessToken: Trade } }
    const trade = inner.getOAuthAccessToken.bind(inner)
    inner.getOAuthAccessToken = (code, params, done) => trade(code, { ...params, code_verifier: VERIFIER }, done)
  }

  override authorizationParams() {
    return { code_challenge: challengeOf(VERIFIER), code_challenge_method: 'S256' }
  }
}

async function startProgram() {
  const program = createServer()
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve))
  afterAll(() => program.closeAllConnections())
  afterAll(() => program.close())
  const base = new URL(`http://127.0.0.1:${(program.address() as AddressInfo).port}`)
  const callbackURL = new URL('/callback', base).href
  const app = await register(server, { redirect_uris: [callbackURL] })
  const passport = new Passport()
  const at = (path: string) => new URL(path, server.url).href
  const strategy = new WithProof(
    {
      ...{ issuer: server.url.origin, authorizationURL: at('/oauth/authorize'), tokenURL: at('/oauth/token') },
      ...{ userInfoURL: at('/oauth/userinfo'), clientID: app.client_id, clientSecret: app.client_secret ?? '' },
      ...{ callbackURL, scope: ['profile'], nonce: 'yes', skipUserProfile: false },
    },
    (_issuer: string, profile: Profile, done: (error: Error | null, user?: object) => void) => done(null, profile),
  )
  passport.use(strategy)
  const session: Record<string, unknown> = {}
  program.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', base)
    Object.assign(request, { session, query: Object.fromEntries(url.searchParams), originalUrl: request.url })
    Object.assign(response, { redirect: (to: string) => response.writeHead(302, { location: to }).end() })
    const answer = (error: unknown, user: unknown, info: unknown) =>
      response.end(JSON.stringify({ error: error === null ? null : String(error), user, info }))
    passport.authenticate('openidconnect', answer)(request, response, (error: unknown) => answer(error, null, null))
  })
  return base
}

test('passport-openidconnect signs somebody in', async () => {
  const base = await startProgram()
  const begun = await fetch(new URL('/', base), { redirect: 'manual' })
  const { pathname, search, searchParams } = new URL(begun.headers.get('location') ?? '')
  expect(searchParams.get('code_challenge_method')).toBe('S256')
  const page = await owner.get(`${pathname}${search}`)
  const back = await owner.follow(page.url.pathname, (to) => to.origin === base.origin, { answer: 'approved' })
  const answer = (await (await fetch(back)).json()) as { error: unknown; user: { displayName: string; id: string } }
  expect(answer).toMatchObject({ error: null, user: { displayName: 'Robin', id: expect.any(String) } })
})

test('and is told when the person says no', async () => {
  const base = await startProgram()
  const begun = await fetch(new URL('/', base), { redirect: 'manual' })
  const { pathname, search } = new URL(begun.headers.get('location') ?? '')
  const page = await owner.get(`${pathname}${search}`)
  const back = await owner.follow(page.url.pathname, (to) => to.origin === base.origin, { answer: 'denied' })
  expect(await (await fetch(back)).json()).toMatchObject({ user: false, info: { message: 'the person said no' } })
})
