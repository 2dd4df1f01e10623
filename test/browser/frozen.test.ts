// A hub that is there and says nothing is worse than one that is gone: the page must not show its last words as the truth.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { becomeOwner, OWNER } from '../person.ts'
import { freePort, startProgram } from '../processes.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  test('a frozen hub is noticed within 15 s, and a thawed one is live again with fresh state', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
    const [http, mqtt] = [await freePort(), await freePort()]
    await using home = startProgram([
      'home',
      '--data',
      folder,
      '--http',
      `127.0.0.1:${http}`,
      '--mqtt',
      `127.0.0.1:${mqtt}`,
    ])
    const ready = await home.fact(({ event }) => event === 'ready', 'the home to be ready')
    const url = new URL(String(ready.url))
    const owner = await becomeOwner(url, new URL(String(ready.ownerLink)).hash.slice(1))
    const asking = await home.fact(({ event, kind }) => event === 'pairing' && kind === 'thermostat', 'a code')
    await owner.post('/pair', { user_code: String(asking.userCode), answer: 'approved' })

    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await page.goto(url.href)
    await page.getByLabel('Name').fill(OWNER.name)
    await page.getByLabel('Password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    const warmer = page.getByRole('button', { name: 'Warmer' })
    await warmer.waitFor()
    await page.getByText('Connected', { exact: true }).waitFor()

    home.process.kill('SIGSTOP')
    const frozenAt = performance.now()
    await page.getByText('Not connected. What you see is old.').waitFor({ timeout: 20_000 })
    expect((performance.now() - frozenAt) / 1000).toBeLessThan(15)
    expect(await warmer.isDisabled()).toBe(true)
    await page.getByText(/Last seen \d+ s ago/).waitFor()

    home.process.kill('SIGCONT')
    await page.getByText('Connected', { exact: true }).waitFor({ timeout: 20_000 })
    await page.locator('button[aria-label="Warmer"]:enabled').waitFor()
    await home.end('SIGTERM')
    rmSync(folder, { recursive: true })
  }, 90_000)
})
