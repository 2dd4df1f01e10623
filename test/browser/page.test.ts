// The phone page in a real Chromium, against a real home.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { KINDS } from '#contract/ids.ts'
import { pairAll, startTestHome, type TestHome, until } from '../home.ts'
import { OWNER } from '../person.ts'
import { watch } from '../watcher.ts'
import { chromiumPath, openBrowser } from './chromium.ts'
import { violations } from './violations.ts'

async function signInTo(page: Page, { home }: TestHome): Promise<void> {
  await page.goto(home.hub.publicUrl.href)
  await page.getByLabel('Name').fill(OWNER.name)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('Connected', { exact: true }).waitFor()
}

/** In the page's own language: this file is type-checked without a DOM. */
const FOCUSED = 'document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent'
const card = (page: Page, name: string) => page.getByRole('region', { name })

test('the page is small: at most 35 kB of JavaScript and 8 kB of style, compressed', () => {
  const assets = fileURLToPath(new URL('../../hub/web/page/dist/assets/', import.meta.url))
  const sizeOf = (ending: string) =>
    readdirSync(assets)
      .filter((name) => name.endsWith(ending))
      .reduce((sum, name) => sum + gzipSync(readFileSync(`${assets}${name}`), { level: 9 }).length, 0)
  expect(sizeOf('.js')).toBeGreaterThan(0)
  expect(sizeOf('.js')).toBeLessThanOrEqual(35 * 1024)
  expect(sizeOf('.css')).toBeLessThanOrEqual(8 * 1024)
})

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  test('somebody makes the household, pairs three devices with the page, and controls them', async () => {
    await using home = await startTestHome({ withoutOwner: true })
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await page.goto(home.home.hub.ownerLink?.href ?? '')
    await page.getByLabel('Your name').fill(OWNER.name)
    await page.getByLabel('A password').fill(OWNER.password)
    expect(await page.getByLabel('The key from the terminal').inputValue()).not.toBe('')
    expect(page.url()).not.toContain('#')
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Make my account' }).click()
    await page.getByText('None yet.').waitFor()

    for (const kind of KINDS) {
      const asking = await until(() => (home.status[kind]?.phase === 'pairing' ? home.status[kind] : undefined), kind)
      await page.getByRole('link', { name: 'Pair a device' }).click()
      await page.getByLabel('The code that the device shows').fill(asking.authorization.userCode.toLowerCase())
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByText(asking.authorization.userCode).waitFor()
      expect(await violations(page)).toEqual([])
      await page.getByRole('button', { name: 'Yes, let it in' }).click()
      await page.getByRole('link', { name: 'To the home' }).click()
      await page.getByText('Connected', { exact: true }).waitFor()
    }

    const thermostat = card(page, 'Thermostat')
    await thermostat.getByText('20.0 °C').waitFor()
    await thermostat.getByRole('button', { name: 'Warmer' }).click()
    await thermostat.getByText('20.5 °C').waitFor()
    await thermostat.getByLabel('Mode').selectOption('off')
    await thermostat.getByText(/^Off, \d+ % humidity/).waitFor()

    const toaster = card(page, 'Toaster')
    await toaster.getByRole('button', { name: 'Start' }).click()
    await toaster.getByText('Toasting').waitFor()
    await until(() => home.home.toaster.heating, 'the heater')
    await toaster.getByRole('button', { name: 'Cancel' }).click()
    await until(() => !home.home.toaster.heating, 'the heater to go off')

    const panel = card(page, 'Security panel')
    await panel.getByRole('button', { name: 'Home' }).click()
    await panel.getByText('Armed, somebody is home').waitFor()
    await panel.getByRole('button', { name: 'Disarm' }).click()
    const keypad = page.getByRole('dialog')
    for (const digit of '00000') await keypad.getByRole('button', { name: digit, exact: true }).click()
    await keypad.getByRole('button', { name: 'OK' }).click()
    await page.getByText('The code is missing or not right').waitFor()
    await panel.getByRole('button', { name: 'Disarm' }).click()
    for (const digit of home.home.code) await keypad.getByRole('button', { name: digit, exact: true }).click()
    await keypad.getByRole('button', { name: 'OK' }).click()
    await panel.getByText('Disarmed').waitFor()

    // What the household calls it, and where it stands.
    await page.getByRole('button', { name: 'Rename Toaster' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Breakfast')
    await dialog.getByLabel('Room').fill('Kitchen')
    expect(await violations(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('heading', { name: 'Breakfast' }).waitFor()

    // Unpaired: gone from the page, and out of the house.
    await page.getByRole('button', { name: 'Unpair Breakfast' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Unpair' }).click()
    await until(() => home.status.toaster?.phase === 'unpaired', 'the toaster to be out')
    await toaster.waitFor({ state: 'detached' })
  }, 120_000)

  const schemes = [{ colorScheme: 'light' }, { colorScheme: 'dark' }] as const
  test.for(schemes)('axe finds nothing in the $colorScheme scheme', { timeout: 90_000 }, async ({ colorScheme }) => {
    await using home = await startTestHome()
    await pairAll(home)
    await using browser = await openBrowser({ colorScheme })
    const page = await browser.context.newPage()
    await page.goto(new URL('/sign-in', home.home.hub.publicUrl).href)
    expect(await violations(page)).toEqual([])
    await signInTo(page, home)
    await card(page, 'Toaster').getByText('Ready').waitFor()
    expect(await violations(page)).toEqual([])
    home.home.panel.tamper(true)
    await page.getByText('Somebody opened the housing.').waitFor()
    await card(page, 'Security panel').getByRole('button', { name: 'Home' }).click()
    await page.getByText('Armed, somebody is home').waitFor()
    home.home.panel.openZone('kitchen-window')
    await page.getByText('ALARM').waitFor()
    expect(await violations(page)).toEqual([])
    await card(page, 'Security panel').getByRole('button', { name: 'Disarm' }).click()
    expect(await violations(page)).toEqual([])
  })

  test('works by keyboard alone: warmer, and disarming with the code', async () => {
    await using home = await startTestHome()
    await pairAll(home)
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await signInTo(page, home)
    await card(page, 'Thermostat').getByText('20.0 °C').waitFor()
    const press = async (name: string) => {
      for (let tabs = 0; tabs < 60; tabs++) {
        await page.keyboard.press('Tab')
        const focused = await page.evaluate(FOCUSED)
        if (focused === name) return page.keyboard.press('Enter')
      }
      throw new Error(`no way to ${name} by keyboard`)
    }
    await press('Warmer')
    await card(page, 'Thermostat').getByText('20.5 °C').waitFor()
    await press('Home')
    await page.getByText('Armed, somebody is home').waitFor()
    await press('Disarm')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.type(home.home.code)
    await page.keyboard.press('Enter')
    await card(page, 'Security panel').getByText('Disarmed').waitFor()
  }, 60_000)

  test('a device that goes away is shown as offline, and cannot be pressed', async () => {
    await using home = await startTestHome()
    await pairAll(home)
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await signInTo(page, home)
    await card(page, 'Thermostat').getByRole('button', { name: 'Warmer' }).and(page.locator(':enabled')).waitFor()
    await home.home.agents.thermostat[Symbol.asyncDispose]()
    await card(page, 'Thermostat').getByText('Offline').waitFor()
    expect(await card(page, 'Thermostat').getByRole('button', { name: 'Warmer' }).isDisabled()).toBe(true)
    expect(await card(page, 'Toaster').getByLabel('Program').isDisabled()).toBe(false)
  }, 60_000)

  test('after a gap everything is read again: what changed meanwhile, and what is gone', async () => {
    await using home = await startTestHome()
    const id = await pairAll(home)
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await signInTo(page, home)
    await card(page, 'Toaster').getByText('Browning 4').waitFor()
    // From now on no new socket gets through.
    await page.evaluate('globalThis.RealWebSocket = WebSocket; globalThis.WebSocket = class { close() {} }')
    home.home.hub.dropConnections('latchkey-page')
    await page.getByText('Not connected. What you see is old.').waitFor()
    expect(await card(page, 'Toaster').getByLabel('Program').isDisabled()).toBe(true)

    await using other = await watch({ port: home.home.hub.mqttPort ?? 0, token: await home.accessToken() })
    await other.send(`homie/5/${id.toaster}/cycle/browning/set`, '6')
    await other.has(`homie/5/${id.toaster}/cycle/browning`, '6')
    await fetch(new URL(`/api/devices/${id.security}`, home.home.hub.publicUrl), {
      method: 'DELETE',
      headers: { authorization: `Bearer ${await home.accessToken()}` },
    })
    expect(await page.getByText('Browning 4').isVisible()).toBe(true)
    await page.evaluate('globalThis.WebSocket = globalThis.RealWebSocket; dispatchEvent(new Event("online"))')
    await page.getByText('Connected', { exact: true }).waitFor({ timeout: 20_000 })
    await card(page, 'Toaster').getByText('Browning 6').waitFor()
    expect(await card(page, 'Security panel').count()).toBe(0)
  }, 90_000)
})
