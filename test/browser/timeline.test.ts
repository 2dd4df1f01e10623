// The page of a run in a real Chromium, opened from a file as people do.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Report } from '../../simulator/report/report.ts'
import { formatTimeline } from '../../simulator/report/timeline/timeline.ts'
import { aReport, failedCheck, passedCheck } from '../simulator/report/a-report.ts'
import { chromiumPath, openBrowser } from './chromium.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const MINUTE = 60_000
const HOUR = 3_600_000

const HOSTILE = '</script><!--<script>globalThis.broken = true</script><img src=x onerror="globalThis.broken = true">'

/** Twelve hours over the night in which the clocks go forward. */
const night = aReport({
  ...{ outcome: 'failed', story: `It is cold ${HOSTILE}`, checks: [failedCheck, passedCheck] },
  series: [
    {
      name: 'air',
      unit: '°C',
      kind: 'line',
      points: Array.from({ length: 720 }, (_, at) => [at * MINUTE, 20 - at / 100]),
    },
    {
      name: 'target',
      unit: '°C',
      kind: 'steps',
      points: [
        [0, 20],
        [HOUR, 21],
      ],
    },
    {
      name: 'hub',
      unit: '',
      kind: 'states',
      points: [
        [0, 'up'],
        [3 * HOUR, 'down'],
        [4 * HOUR, HOSTILE],
      ],
    },
  ],
  marks: [
    { at: HOUR, kind: 'step', text: 'target: 21' },
    { at: 3 * HOUR, kind: 'fault', text: `hub: kill ${HOSTILE}`, until: 4 * HOUR },
    { at: 5 * HOUR, kind: 'event', text: 'somebody came' },
  ],
  messages: Array.from({ length: 720 }, (_, at) => ({
    ...{
      at: at * MINUTE,
      from: at % 9 === 0 ? HOSTILE : 'thermostat-k3f9ab',
      topic: 'homie/5/thermostat-k3f9ab/climate/current',
    },
    ...{ payload: at === 150 ? HOSTILE : `${20 - at / 100}`, retain: true },
  })),
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What the page complained about, and what it asked the network for. */
async function open(page: Page, report: Report): Promise<readonly string[]> {
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    if (request.url() !== url) complaints.push(`it asks for ${request.url()}`)
  })
  const file = join(folder, 'run.html')
  writeFileSync(file, formatTimeline(report))
  const url = pathToFileURL(file).href
  await page.goto(url)
  await page.locator('#rows tr').first().waitFor()
  return complaints
}

const violations = async (page: Page): Promise<readonly string[]> => {
  // Through the debugger and not as a script of the page: the page's policy allows none.
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}
const count = (page: Page) => page.locator('#count')
const ticks = (page: Page) => page.locator('#chart text.tick').allTextContents()

describe.skipIf(chromiumPath === undefined)('in Chromium', () => {
  test.for([{ colorScheme: 'light' }, { colorScheme: 'dark' }] as const)(
    'axe finds nothing in the $colorScheme scheme',
    { timeout: 60_000 },
    async ({ colorScheme }) => {
      await using browser = await openBrowser({ colorScheme })
      const page = await browser.context.newPage()
      await open(page, night)
      expect(await violations(page)).toEqual([])
      await page.setViewportSize({ width: 1600, height: 1000 })
      for (const closed of await page.locator('summary').all()) await closed.click()
      expect(await violations(page)).toEqual([])
    },
  )

  test('nothing in a report is read as mark-up, runs, or reaches the network', { timeout: 60_000 }, async () => {
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    const complaints = await open(page, { ...night, name: HOSTILE, command: HOSTILE, zone: 'Europe/Berlin' })
    expect(await page.title()).toBe(`✗ ${HOSTILE}`)
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(HOSTILE)
    await page.getByLabel('Find').fill('onerror')
    await page.locator('#rows .payload', { hasText: HOSTILE }).waitFor()
    expect(await page.evaluate('globalThis.broken')).toBeUndefined()
    expect(await page.locator('img').count()).toBe(0)
    expect(complaints).toEqual([])
    // And if something did get in, the policy would still stop it.
    await page.evaluate(
      'document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.broken = true" }))',
    )
    expect(await page.evaluate('globalThis.broken')).toBeUndefined()
  })

  test('by keyboard: it begins where it failed, goes from mark to mark, comes closer, and the table follows', {
    timeout: 60_000,
  }, async () => {
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await page.setViewportSize({ width: 1280, height: 900 })
    await open(page, night)
    const chart = page.getByRole('slider', { name: 'Time of the run' })
    const says = () => chart.getAttribute('aria-valuetext')
    expect(await says()).toMatch(
      /^Sat 30 Mar 20:30:00, ✗ always thermostat.air >= 5: thermostat.air is 4.8 °C.*air 18.5 °C, target 21 °C/,
    )
    expect(await count(page).textContent()).toMatch(/^720 messages of the run, the first 200 are shown/)

    await chart.focus()
    await page.keyboard.press('PageUp')
    await expect.poll(says).toMatch(/^Sat 30 Mar 19:00:00, ● target: 21/)
    await page.keyboard.press('PageDown')
    await page.keyboard.press('PageDown')
    await expect.poll(says).toMatch(/^Sat 30 Mar 21:00:00, ▲ hub: kill/)
    for (let presses = 0; presses < 6; presses++) await page.keyboard.press('+')
    await expect.poll(() => count(page).textContent()).toMatch(/^6\d messages from Sat 30 Mar 20:4\d/)
    expect(await page.locator('#rows .time').first().textContent()).toMatch(/^Sat 30 Mar 20:4\d:00$/)
    await page.keyboard.press('Shift+ArrowRight')
    await expect.poll(() => count(page).textContent()).toMatch(/from Sat 30 Mar 21:0\d/)
    await page.keyboard.press('0')
    await expect.poll(() => count(page).textContent()).toMatch(/^720 messages of the run/)
    await page.keyboard.press('End')
    await expect.poll(says).toMatch(/^Sun 31 Mar 07:00:00/)
  })

  test('wheel, drag and buttons move what is shown, and a check takes one to its moment', {
    timeout: 60_000,
  }, async () => {
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await page.setViewportSize({ width: 1280, height: 900 })
    await open(page, night)
    await page.getByRole('button', { name: 'Show Sat 20:30 on the timeline' }).click()
    await expect
      .poll(() => count(page).textContent())
      .toMatch(/^61 messages from Sat 30 Mar 20:00:00 to Sat 30 Mar 21:00:00/)
    await page.getByRole('button', { name: 'Wider' }).click()
    await expect.poll(() => count(page).textContent()).toMatch(/^91 messages from Sat 30 Mar 19:45:00/)

    const box = (await page.locator('#chart svg').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    const [middle, y] = [box.x + box.width * 0.6, box.y + 200]
    await page.mouse.move(middle, y)
    await page.mouse.down()
    await page.mouse.move(middle + 300, y, { steps: 5 })
    await page.mouse.up()
    await expect.poll(() => count(page).textContent()).toMatch(/from Sat 30 Mar 19:[012]\d/)
    await page.mouse.wheel(0, -240)
    await expect.poll(async () => Number.parseInt((await count(page).textContent()) ?? '', 10)).toBeLessThan(80)
    await page.getByRole('button', { name: 'Whole run' }).click()
    await expect.poll(() => count(page).textContent()).toMatch(/^720 messages of the run/)
  })

  test('the axis has the hours of the home, without the one that the clocks leave out', {
    timeout: 60_000,
  }, async () => {
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await page.setViewportSize({ width: 1600, height: 900 })
    await open(page, { ...night, startedAt: night.startedAt + 6 * HOUR, lengthMillis: 5 * HOUR })
    const hours = (await ticks(page)).filter((text) => text.endsWith(':00'))
    expect(hours).toEqual(expect.arrayContaining(['01:00', '03:00', '04:00']))
    expect(hours).not.toContain('02:00')
  })

  test('a phone has nothing to scroll sideways', { timeout: 60_000 }, async () => {
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    await page.setViewportSize({ width: 360, height: 740 })
    await open(page, night)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
  })

  test('a week of messages is less than 5 MB and there in seconds', { timeout: 60_000 }, async () => {
    const week = aReport({
      lengthMillis: 168 * HOUR,
      series: ['air', 'outdoors', 'hall'].map((name) => ({
        ...{ name, unit: '°C', kind: 'line' },
        points: Array.from(
          { length: 168 * 60 },
          (_, at) => [at * MINUTE, Math.round(Math.sin(at / 99) * 500) / 100] as const,
        ),
      })),
      messages: Array.from({ length: 15_000 }, (_, at) => ({
        ...{ at: at * 40_000, from: `device-${at % 4}`, topic: `homie/5/device-${at % 4}/climate/current` },
        ...{ payload: JSON.stringify({ seq: at, text: 'x'.repeat(80) }), retain: at % 2 === 0 },
      })),
    })
    expect(formatTimeline(week).length).toBeLessThan(5_000_000)
    await using browser = await openBrowser()
    const page = await browser.context.newPage()
    const began = performance.now()
    await open(page, week)
    // About a second on one's own machine; the tests share theirs.
    expect(performance.now() - began).toBeLessThan(5000)
    expect(await count(page).textContent()).toMatch(/^15,000 messages of the run/)
  })
})
