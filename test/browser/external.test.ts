// The phone page where another server says who comes in: Robin signs in there, in a real Chromium.
import { describe, expect, test } from 'vitest'
import { DEVICE, openExternalRoom } from '../hub/external/external-room.ts'
import { startIssuer } from '../hub/external/issuer-process.ts'
import { freePort } from '../processes.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  test('somebody signs in at the other server, sees the home, and signs out there', { timeout: 60_000 }, async () => {
    const port = await freePort()
    await using issuer = await startIssuer({ redirectUri: `http://localhost:${port}/` })
    await using room = await openExternalRoom(issuer.issuer, { pageClientId: 'page', port })
    const device = await room.connect(await issuer.tokenOf('hall-heating'), DEVICE)
    await device.publishAsync(`homie/5/${DEVICE}/climate/target`, '19', { retain: true, qos: 1 })
    await device.publishAsync(`homie/5/${DEVICE}/$state`, 'ready', { retain: true, qos: 1 })

    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    const problems: string[] = []
    page.on('console', (message) => {
      if (/Content Security Policy|CORS/.test(message.text())) problems.push(message.text())
    })
    await page.goto(room.hub.publicUrl.href)
    await page.getByText('[ Cancel ]').click()
    await page.getByText('Signing in did not work: access_denied, End-User aborted interaction').waitFor()
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.locator('input[name=login]').fill('robin')
    await page.locator('input[name=password]').fill('anything')
    await page.locator('button[type=submit]').click()
    await page.locator('button[type=submit]').click()
    await page.getByText('Connected', { exact: true }).waitFor()

    const known = page.getByRole('region', { name: 'Known devices' })
    await known.getByText(DEVICE).waitFor()
    expect(await page.getByRole('link', { name: 'Pair a device' }).count()).toBe(0)
    expect(await page.getByRole('button', { name: /Unpair|Forget/ }).count()).toBe(0)

    await device.endAsync()
    await known.getByRole('button', { name: `Forget ${DEVICE}` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click()
    await known.getByText('None yet.').waitFor()
    expect(problems).toEqual([])

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL((url) => url.href.startsWith(issuer.issuer))
  })
})
