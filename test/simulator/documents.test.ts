// The examples of docs/simulation.md, run as they are written.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { instant } from '#contract/time.ts'
import { PATHS } from '../../simulator/scenario/paths.ts'
import { readScenario } from '../../simulator/scenario/read.ts'
import { runScenario } from '../../simulator/scenario/run.ts'
import { readWeather } from '../../simulator/weather/file.ts'

const PAGE = readFileSync(new URL('../../docs/simulation.md', import.meta.url), 'utf8')
const blocks = (language: string): readonly string[] =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text)

/** Inside of the package, so that its own name leads to it. */
const folder = fileURLToPath(new URL('.documents/', import.meta.url))
mkdirSync(folder, { recursive: true })
afterAll(() => rmSync(folder, { recursive: true }))

const programs = blocks('ts')
for (const [index, program] of programs.entries()) {
  const file = `${folder}example-${index + 1}.ts`
  writeFileSync(file, program)
  // Each registers a test of its own.
  await import(pathToFileURL(file).href)
}

test.for(blocks('yaml'))('a scenario of the page passes', async (text) => {
  const { scenario } = readScenario(text, 'docs/simulation.md')
  const { outcome, checks } = await runScenario(scenario)
  expect(checks.filter((check) => check.outcome !== 'passed')).toEqual([])
  expect(outcome).toBe('passed')
})

test('the page names everything that a condition can look at', () => {
  expect(Object.keys(PATHS).filter((path) => !PAGE.includes(`\`${path}\``))).toEqual([])
})

test('the weather of the page can be read', () => {
  const weather = readWeather(blocks('csv')[0] ?? '', 'page.csv')
  expect(weather.at(instant(Date.UTC(2030, 0, 14, 6, 30)))).toMatchObject({ celsius: -2.3, humidityPercent: 87.5 })
})

test('the page has the examples it speaks of', () => {
  expect([programs.length, blocks('yaml').length]).toEqual([3, 1])
})
