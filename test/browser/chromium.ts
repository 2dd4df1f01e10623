// A real Chromium, where the machine has one.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, devices } from 'playwright-core'

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where Chromium is; undefined leaves the browser suite out. */
export const chromiumPath = process.env.CHROMIUM ?? CANDIDATES.find((path) => existsSync(path))

export interface Browser extends AsyncDisposable {
  readonly context: BrowserContext
}

/** A phone-sized window with nothing remembered. `home` is the HOME with the certificates it trusts. */
export async function openBrowser(
  options: { readonly colorScheme?: 'light' | 'dark'; readonly home?: string; readonly args?: readonly string[] } = {},
): Promise<Browser> {
  const { colorScheme = 'light', home, args = [] } = options
  const profile = mkdtempSync(join(tmpdir(), 'latchkey-chromium-'))
  const { defaultBrowserType: _, ...phone } = devices['Pixel 7'] as (typeof devices)[string]
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath ?? '',
    headless: true,
    ...phone,
    colorScheme,
    reducedMotion: 'reduce',
    bypassCSP: false,
    env: { ...(process.env as Record<string, string>), ...(home !== undefined && { HOME: home }) },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  })
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close()
      rmSync(profile, { recursive: true, force: true })
    },
  }
}
