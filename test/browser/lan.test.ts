// A phone on the same network: TLS by the hub's own authority, trusted, not trusted, and for a name it must not vouch for.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '#contract/clock.ts'
import { openAuthority } from '../../hub/tls/authority.ts'
import { startHousehold } from '../../simulator/household.ts'
import { until } from '../home.ts'
import { OWNER } from '../person.ts'
import { freePort } from '../processes.ts'
import { quiet } from '../quiet.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

const NAMES = '--host-resolver-rules=MAP hub.local 127.0.0.1,MAP bank.example 127.0.0.1'

const hasCertutil = existsSync('/usr/bin/certutil')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A HOME in which Chromium trusts this authority. */
function trusting(pem: string): string {
  const home = join(folder, 'phone')
  const database = join(home, '.pki/nssdb')
  mkdirSync(database, { recursive: true })
  writeFileSync(join(home, 'ca.crt'), pem)
  execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${database}`])
  execFileSync('certutil', ['-A', '-d', `sql:${database}`, '-t', 'C,,', '-n', 'latchkey', '-i', join(home, 'ca.crt')])
  return home
}

const startLan = async (onStatus: (kind: string, phase: string) => void = () => {}) => {
  const port = await freePort()
  return startHousehold({
    folder: join(folder, 'hub'),
    devices: folder,
    http: { host: '0.0.0.0', port },
    mqtt: undefined,
    mqtts: { host: '0.0.0.0', port: 0 },
    publicUrl: new URL(`https://hub.local:${port}`),
    tls: { type: 'auto', trust: { host: '0.0.0.0', port: 0 } },
    mdns: true,
    log: quiet,
    onStatus: (kind, status) => onStatus(kind, status.phase),
  })
}

describe.skipIf(chromiumPath === undefined || !hasCertutil)('in Chromium', () => {
  test('a phone that trusts the authority uses the whole page over TLS, and the devices come over TLS as well', async () => {
    const phases = new Map<string, string>()
    await using home = await startLan((kind, phase) => phases.set(kind, phase))
    const { hub } = home
    await using browser = await openBrowser({ home: trusting(hub.trust?.pem ?? ''), args: [NAMES] })
    const page = await browser.context.newPage()
    await page.goto(hub.ownerLink?.href ?? '')
    await page.getByLabel('Your name').fill(OWNER.name)
    await page.getByLabel('A password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Make my account' }).click()
    await page.getByText('Connected', { exact: true }).waitFor()
    expect(await page.evaluate('isSecureContext')).toBe(true)
    const cookies = await browser.context.cookies()
    expect(cookies.find(({ name }) => name === '__Host-latchkey')).toMatchObject({
      secure: true,
      httpOnly: true,
      sameSite: 'Lax',
    })

    const asking = await until(
      () => (home.agents.thermostat.status.phase === 'pairing' ? home.agents.thermostat.status : undefined),
      'a code',
    )
    await page.goto(asking.authorization.verificationUriComplete ?? '')
    await page.getByRole('button', { name: 'Yes, let it in' }).click()
    await page.getByText('It is let in').waitFor()
    await until(() => phases.get('thermostat') === 'online', 'the thermostat over TLS')
  }, 60_000)

  test('a phone that does not trust it is warned, and finds the way on the plain page', async () => {
    await using home = await startLan()
    const { publicUrl, trust } = home.hub
    await using browser = await openBrowser({ args: [NAMES] })
    const page = await browser.context.newPage()
    await expect(page.goto(publicUrl.href)).rejects.toThrow('ERR_CERT_AUTHORITY_INVALID')
    // The warning is a page of its own that is still on its way.
    await page.waitForURL(/^chrome-error:/)
    await page.goto(trust?.page?.href ?? '')
    const shown = (await page.locator('.fingerprint').textContent()) ?? ''
    expect(shown.replaceAll(' ', ':')).toBe(trust?.fingerprint)
    for (const name of ['Download the profile', 'Download the certificate'])
      await page.getByRole('link', { name }).waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the certificate' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('latchkey-ca.crt')
    // Nothing else is served in clear.
    const elsewhere = await fetch(new URL('/pair', trust?.page).href.replace('hub.local', '127.0.0.1'), {
      redirect: 'manual',
    })
    expect(elsewhere.headers.get('location')).toBe(publicUrl.href)
  }, 60_000)

  test('the trusted authority cannot vouch for a name outside the home', async () => {
    const authority = await openAuthority({ folder, clock: systemClock })
    const leaf = await authority.issue(['bank.example'], [])
    const server = createServer(leaf, (_request, response) => response.end('your money, please'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await using browser = await openBrowser({ home: trusting(authority.pem), args: [NAMES] })
    const page = await browser.context.newPage()
    await expect(page.goto(`https://bank.example:${port}/`)).rejects.toThrow(/ERR_CERT/)
    server.closeAllConnections()
    server.close()
  }, 60_000)
})
