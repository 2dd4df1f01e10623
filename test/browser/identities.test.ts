// Signing in with an account elsewhere in a real Chromium: cookies come back from another site, and forms end where policies let them.
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { minutes } from '#contract/time.ts'
import { startForeignIdentityProvider } from '../foreign/identity-provider.ts'
import { CALLBACK, register } from '../hub/authorization/flows/apps.ts'
import { startServer } from '../hub/authorization/server.ts'
import { becomeOwner } from '../person.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { isGood } from './violations.ts'

async function signInThere(page: Page, login: string): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(login)
  await page.getByPlaceholder('and password').fill('any will do')
  await page.getByRole('button', { name: 'Sign-in' }).click()
}

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  test('somebody joins with an account elsewhere, confirms with it, and lets a program in with it', async () => {
    await using elsewhere = await startForeignIdentityProvider()
    await using server = await startServer({
      identityProviders: [elsewhere.settings('one'), elsewhere.settings('two')],
    })
    await becomeOwner(server.url, server.authorization.ownerKey.text)
    const { invitations, accounts } = server.authorization
    const inviting = invitations.create({ role: 'member', createdBy: accounts.firstOwner()?.id ?? '' })
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    const at = (path: string) => new URL(path, server.url).href

    await page.goto(at(`/invitation#${inviting.outcome === 'made' ? inviting.text : ''}`))
    await page.getByRole('heading', { name: 'With an account elsewhere instead' }).waitFor()
    await isGood(page)
    await page.locator('#with-name').fill('Kim')
    await page.getByRole('button', { name: 'Join with Realm one' }).click()
    await signInThere(page, 'kim-elsewhere')
    await page.waitForURL(at('/'))

    await page.goto(at('/account'))
    await page.getByRole('button', { name: 'Unlink Realm one kim-elsewhere there' }).waitFor()
    await isGood(page)
    server.database.exec(`UPDATE sessions SET confirmed_at = confirmed_at - ${minutes(6)}`)
    await page.getByRole('button', { name: 'Link Realm two' }).click()
    await page.getByRole('heading', { name: 'Is it still you?' }).waitFor()
    await isGood(page)
    await page.getByRole('button', { name: 'Confirm with Realm one' }).click()
    await signInThere(page, 'kim-elsewhere')
    await page.getByRole('button', { name: 'Link Realm two' }).click()
    await signInThere(page, 'kim-at-two')
    await page.getByRole('button', { name: 'Unlink Realm two kim-at-two there' }).waitFor()
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()

    const { client_id } = await register(server, { token_endpoint_auth_method: 'none' })
    await browser.context.route(`${new URL(CALLBACK).origin}/**`, (route) => route.fulfill({ body: 'the program' }))
    const query = new URLSearchParams({
      ...{ client_id, redirect_uri: CALLBACK, response_type: 'code', scope: 'openid', state: 's' },
      ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
    })
    await browser.context.clearCookies({ domain: '127.0.0.1' })
    await page.goto(at(`/oauth/authorize?${query}`))
    await page.getByRole('link', { name: 'Sign in with Realm two' }).waitFor()
    await isGood(page)
    await page.getByRole('link', { name: 'Sign in with Realm two' }).click()
    await signInThere(page, 'kim-at-two')
    await page.getByRole('button', { name: 'Yes, let it in' }).click()
    await page.getByText('the program').waitFor()
    expect(new URL(page.url()).searchParams.get('code')).not.toBeNull()

    // Nothing has to be asked any more: the way leads straight from the form there to the program.
    await browser.context.clearCookies({ name: 'latchkey' })
    await browser.context.clearCookies({ domain: '127.0.0.1' })
    await page.goto(at(`/oauth/authorize?${query}`))
    await page.getByRole('link', { name: 'Sign in with Realm two' }).click()
    await signInThere(page, 'kim-at-two')
    await page.getByText('the program').waitFor()

    await browser.context.clearCookies()
    await page.goto(at('/sign-in'))
    await page.getByRole('link', { name: 'Sign in with Realm two' }).click()
    await signInThere(page, 'somebody-else')
    await page.getByRole('heading', { name: 'Nobody here knows this account' }).waitFor()
    await isGood(page)
  }, 120_000)
})
