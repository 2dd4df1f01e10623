import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds on the page as it is now. */
export async function violations(page: Page): Promise<readonly string[]> {
  // Through the debugger and not as a script of the page: the page's policy allows none.
  await page.evaluate(axeSource)
  const found = await page.evaluate(async () => {
    const axe = (
      globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
  return found
}

/** In the page's own language: this file is type-checked without a DOM. */
const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'

/** Nothing for axe in either scheme, and nothing that has to be moved aside on the smallest phone. */
export async function isGood(page: Page): Promise<void> {
  await page.setViewportSize({ width: 360, height: 740 })
  expect.soft(await page.evaluate(OVERFLOW), page.url()).toBeLessThanOrEqual(0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect.soft(await violations(page), page.url()).toEqual([])
  }
}
