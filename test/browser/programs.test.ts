// The programs of the household in a real Chromium: an owner makes an app password, and lets a program be registered.
import { describe, expect, test } from 'vitest'
import { openHubRoom } from '../hub/hub-room.ts'
import { OWNER } from '../person.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { isGood } from './violations.ts'

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  test('an app password that was made on the page opens the broker until it is revoked there', async () => {
    await using room = await openHubRoom()
    await using browser = await openBrowser()
    await browser.context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await browser.context.newPage()
    await page.goto(new URL('/programs', room.hub.publicUrl).href)
    await page.getByLabel('Name').fill(OWNER.name)
    await page.getByLabel('Password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'Programs', exact: true }).waitFor()
    await isGood(page)

    const making = page.locator('form', { hasText: 'Make an app password' })
    await making.getByLabel('The program').fill('Kitchen display')
    await making.getByLabel('Change the temperature and the heating mode').check()
    await making.getByRole('button', { name: 'Make it' }).click()
    const password = await page.getByLabel('The password').inputValue()
    await isGood(page)
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('Copied.', { exact: true }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(password)
    await isGood(page)
    const client = await room.connect(password)
    await page.getByRole('link', { name: 'To the programs' }).click()
    await page.getByText('Kitchen display', { exact: true }).waitFor()
    await isGood(page)
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    await page.getByRole('button', { name: 'Revoke the app password of Kitchen display' }).click()
    await closed
    await expect(room.connect(password)).rejects.toThrow()

    const letting = page.locator('form', { hasText: 'Let a program be registered' })
    await letting.getByLabel('The program').fill('Dashboard')
    await letting.getByRole('button', { name: 'Make a token' }).click()
    await page.getByLabel('The registration token').waitFor()
    await isGood(page)
    // As where the hub is reached without TLS, by its address.
    await page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    await page.getByRole('button', { name: 'Copy' }).click()
    await page.getByText('It is selected').waitFor()
    expect(await page.evaluate('document.activeElement.selectionEnd > 40')).toBe(true)
    await isGood(page)
    await page.getByRole('link', { name: 'To the programs' }).click()
    await page.getByRole('button', { name: 'Withdraw the token of Dashboard' }).click()
    await page.getByText('Dashboard', { exact: true }).waitFor({ state: 'detached' })
  }, 60_000)
})
