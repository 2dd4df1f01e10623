// The household's people in a real Chromium, with its own virtual authenticator: a passkey is made, signs in, and confirms.
import type { BrowserContext, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { openHubRoom } from '../hub/hub-room.ts'
import { createPerson, OWNER } from '../person.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { isGood } from './violations.ts'

/** A phone's own authenticator, whose person says yes to everything. Answers with how to let it say no. */
async function addAuthenticator(context: BrowserContext, page: Page) {
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true },
      ...{ isUserVerified: true, automaticPresenceSimulation: true },
    },
  })
  return (isUserVerified: boolean) =>
    session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }).then(() => undefined)
}
describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  test('somebody invited joins with a passkey, signs in with it, and is removed', async () => {
    await using room = await openHubRoom()
    const { publicUrl } = room.hub
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    const refusePin = await addAuthenticator(browser.context, page)

    // The owner adds a passkey of their own, and comes back with it.
    await page.goto(new URL('/account', publicUrl).href)
    await isGood(page)
    await page.getByLabel('Name').fill(OWNER.name)
    await page.getByLabel('Password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await isGood(page)
    await page.getByLabel('A name for it').fill('This phone')
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('This phone', { exact: true }).first().waitFor()
    await isGood(page)
    await page.getByRole('link', { name: 'Add a passkey' }).click()
    await page.getByRole('button', { name: 'Make it' }).click()
    await page.getByText('There is a passkey for this account on this device already.').waitFor()
    await isGood(page)

    await page.goto(new URL('/confirm?return_to=/people', publicUrl).href)
    await isGood(page)
    await refusePin(false)
    await page.getByRole('button', { name: 'Confirm with a passkey' }).click()
    await page.getByText('That was called off, or took too long.').waitFor()
    await refusePin(true)
    await page.getByRole('button', { name: 'Confirm with a passkey' }).click()
    await page.getByRole('heading', { name: 'People' }).waitFor()

    await page.getByLabel('Their name, if you like').fill('Kim')
    await isGood(page)
    await page.getByRole('button', { name: 'Make a link' }).click()
    const link = await page.getByLabel('The link').inputValue()
    await isGood(page)

    await using other = await openBrowser()
    const kim = await other.context.newPage()
    await addAuthenticator(other.context, kim)
    await kim.goto(link)
    await kim.getByText('You will be here as').waitFor()
    expect(kim.url()).not.toContain('#')
    await isGood(kim)
    await kim.getByRole('button', { name: 'Make my account with a passkey' }).click()
    await kim.getByText('Connected', { exact: true }).waitFor()
    await isGood(kim)
    expect(await kim.getByRole('link', { name: 'People' }).count()).toBe(0)
    await kim.getByText('None yet.', { exact: true }).waitFor()
    expect(await kim.getByRole('link', { name: 'Pair a device' }).count()).toBe(0)
    await kim.getByRole('link', { name: 'Account' }).click()
    await kim.getByText('Guest:').waitFor()
    await isGood(kim)
    await kim.getByRole('button', { name: 'Sign out everywhere' }).click()
    const button = kim.getByRole('button', { name: 'Sign in with a passkey' })
    const [form, inside] = [await kim.locator('form[data-passkey]').boundingBox(), await button.boundingBox()]
    // As far from the edge above as from those at its sides.
    expect((inside?.y ?? 0) - (form?.y ?? 0)).toBeCloseTo((inside?.x ?? 0) - (form?.x ?? 0))
    await button.click()
    await kim.getByText('Connected', { exact: true }).waitFor()

    await page.goto(publicUrl.href)
    await page.getByText('Connected', { exact: true }).waitFor()
    await page.getByRole('link', { name: 'Pair a device' }).waitFor()
    await isGood(page)
    await page.getByRole('link', { name: 'People' }).click()
    await page.getByRole('strong').filter({ hasText: 'Kim' }).waitFor()
    await isGood(page)
    await page.getByRole('link', { name: 'Remove Kim' }).click()
    await isGood(page)
    await page.getByRole('button', { name: 'Remove Kim' }).click()
    await page.getByRole('strong').filter({ hasText: 'Kim' }).waitFor({ state: 'detached' })
    await kim.getByText('You are signed out.').waitFor()
  }, 120_000)

  test('a browser without passkeys is told so, and offered nothing that does nothing', async () => {
    await using room = await openHubRoom()
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await page.addInitScript('delete window.PublicKeyCredential')
    await page.goto(new URL('/sign-in', room.hub.publicUrl).href)
    await page.getByText('This browser has no passkeys here').waitFor()
    expect(await page.getByRole('button', { name: 'Sign in with a passkey' }).isVisible()).toBe(false)
    expect(await createPerson(room.hub.publicUrl).get('/passkey.js')).toMatchObject({ status: 200 })
  }, 60_000)
})
