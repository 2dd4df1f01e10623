// oidc-client-ts in a real Chromium, on a page of another origin: what a program that runs in the browser needs of us, CORS included.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { decodeJwt } from 'jose'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { openHubRoom } from '../hub/hub-room.ts'
import { OWNER } from '../person.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

/** The library's own bundle for browsers; its package names no way to it but the folder. */
const BUNDLE = new URL('../browser/oidc-client-ts.min.js', import.meta.resolve('oidc-client-ts'))
const PAGE = '<!doctype html><meta charset="utf-8"><title>Dashboard</title><script src="/oidc-client-ts.js"></script>'

async function servePage() {
  const bundle = readFileSync(fileURLToPath(BUNDLE))
  const server = createServer((request, response) => {
    const isBundle = request.url === '/oidc-client-ts.js'
    response.setHeader('content-type', isBundle ? 'text/javascript; charset=utf-8' : 'text/html; charset=utf-8')
    response.end(isBundle ? bundle : PAGE)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

interface User {
  readonly access_token: string
  readonly refresh_token?: string
  readonly scope: string
  readonly profile: { readonly sub: string; readonly name: string }
}

/** From the program's page to the question whether it may come in. `manager` is JavaScript of that page. */
async function beginSignIn(page: Page, program: URL, manager: string): Promise<void> {
  await page.goto(program.href)
  await page.evaluate(`void (${manager}).signinRedirect()`)
  await page.getByLabel('Name').fill(OWNER.name)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  test('oidc-client-ts signs in, learns who it is, refreshes, and signs out, from another origin', async () => {
    await using room = await openHubRoom()
    await using site = await servePage()
    const { publicUrl } = room.hub
    const clientId = await room.register({
      token_endpoint_auth_method: 'none',
      ...{ redirect_uris: [`${site.url}callback`], post_logout_redirect_uris: [`${site.url}bye`] },
      grant_types: ['authorization_code', 'refresh_token'],
    })
    const settings = JSON.stringify({
      ...{ authority: publicUrl.origin, client_id: clientId, redirect_uri: `${site.url}callback` },
      ...{ post_logout_redirect_uri: `${site.url}bye`, scope: 'openid profile offline_access', prompt: 'consent' },
      ...{ loadUserInfo: true, automaticSilentRenew: false },
    })

    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    // In the page's own language: this file is type-checked without a DOM.
    const manager = `window.manager ??= new oidc.UserManager(${settings})`
    await beginSignIn(page, site.url, manager)
    await page.getByRole('heading', { name: 'Let Dashboard in?' }).waitFor()
    expect(await page.getByText('Know your name here').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Yes, let it in' }).click()
    await page.waitForURL(`${site.url}callback?**`)
    const first = (await page.evaluate(`(${manager}).signinCallback().then((user) => ({ ...user }))`)) as User
    expect(first).toMatchObject({ profile: { name: 'Robin', sub: expect.any(String) } })

    const second = (await page.evaluate(`(${manager}).signinSilent().then((user) => ({ ...user }))`)) as User
    expect(second.profile.sub).toBe(first.profile.sub)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(second.access_token).not.toBe(first.access_token)

    // Another program's page, in the same browser, is not answered.
    await using elsewhere = await servePage()
    const thief = await browser.context.newPage()
    await thief.goto(elsewhere.url.href)
    const steal = `fetch('${publicUrl.origin}/oauth/token', { method: 'POST', body: new URLSearchParams({
      grant_type: 'refresh_token', refresh_token: '${second.refresh_token}', client_id: '${clientId}' }) })
      .then(() => 'answered', () => 'refused')`
    expect(await thief.evaluate(steal)).toBe('refused')

    await page.evaluate(`void (${manager}).signoutRedirect()`)
    await page.getByRole('heading', { name: 'Sign out of the home?' }).waitFor()
    await page.getByRole('button', { name: 'Yes, sign out' }).click()
    await page.waitForURL(`${site.url}bye`)
    await page.goto(new URL('/account', publicUrl).href)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  }, 120_000)

  test('oidc-client-ts asks the API with a token for the home, bound to a key of the browser', async () => {
    await using room = await openHubRoom()
    await using site = await servePage()
    const { publicUrl } = room.hub
    const metadata = { token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true }
    const clientId = await room.register({ ...metadata, redirect_uris: [`${site.url}callback`] }, ['home:read'])
    const settings = `{ authority: '${publicUrl.origin}', client_id: '${clientId}',
      redirect_uri: '${site.url}callback', scope: 'openid home:read', automaticSilentRenew: false,
      dpop: { store: new oidc.IndexedDbDPoPStore() } }`
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    const manager = `window.manager ??= new oidc.UserManager(${settings})`
    await beginSignIn(page, site.url, manager)
    await page.getByRole('button', { name: 'Yes, let it in' }).click()
    await page.waitForURL(`${site.url}callback?**`)
    const user = (await page.evaluate(`(${manager}).signinCallback().then((user) => ({ ...user }))`)) as User
    expect(decodeJwt(user.access_token)).toMatchObject({ scope: 'home:read', cnf: { jkt: expect.any(String) } })
    const asked = new URL('/api/me', publicUrl).href
    const proof = (await page.evaluate(
      `(${manager}).getUser().then((user) => window.manager.dpopProof('${asked}', user, 'GET'))`,
    )) as string
    const headers = { authorization: `DPoP ${user.access_token}`, dpop: proof }
    expect(await (await fetch(asked, { headers })).json()).toMatchObject({ name: 'Robin', scopes: ['home:read'] })
  }, 120_000)
})
