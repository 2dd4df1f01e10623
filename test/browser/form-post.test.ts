// Answers that travel as a form, in a real Chromium: under our policy no script of a page's own text runs, and it has to be sent all the same.
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { openHubRoom } from '../hub/hub-room.ts'
import { OWNER } from '../person.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  test('an ID token arrives at its program as a form, and a sign-out without a session ends on a page', async () => {
    await using room = await openHubRoom()
    const { publicUrl } = room.hub
    const clientId = await room.register({
      redirect_uris: ['https://dash.example/callback'],
      ...{ grant_types: ['implicit'], response_types: ['id_token'] },
    })
    await using browser = await openBrowser()
    const sent: (string | null)[] = []
    await browser.context.route('https://dash.example/**', async (route) => {
      sent.push(route.request().postData())
      await route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Dashboard</title>' })
    })
    const page = await browser.context.newPage()
    await page.goto(new URL('/oauth/end-session', publicUrl).href)
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()

    const query = new URLSearchParams({
      ...{ client_id: clientId, redirect_uri: 'https://dash.example/callback', response_type: 'id_token' },
      ...{ scope: 'openid profile', response_mode: 'form_post', nonce: 'n-1', state: 's-1' },
    })
    await page.goto(new URL(`/oauth/authorize?${query}`, publicUrl).href)
    await page.getByLabel('Name').fill(OWNER.name)
    await page.getByLabel('Password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('button', { name: 'Yes, let it in' }).click()
    await page.waitForURL('https://dash.example/callback')
    const form = new URLSearchParams(sent[0] ?? '')
    expect(form.get('state')).toBe('s-1')
    expect(decodeJwt(form.get('id_token') ?? '')).toMatchObject({ aud: clientId, nonce: 'n-1', name: 'Robin' })
  }, 120_000)
})
