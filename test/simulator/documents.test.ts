// The examples of docs/simulation.md, run as they are written.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { instant } from '#contract/time.ts'
import { PATHS } from '../../simulator/scenario/paths.ts'
import { readScenario } from '../../simulator/scenario/read.ts'
import { readWeather } from '../../simulator/weather/file.ts'
import { blocks, PAGE } from './document.ts'

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

// `npm run test:long` runs it: its night takes as long as everything here.
test.for(blocks('yaml'))('a scenario of the page can be read', (text) => {
  const { scenario } = readScenario(text, 'docs/simulation.md')
  expect(scenario).toMatchObject({ name: 'A stuck sensor on a cold night', seed: 5, for: '12h' })
  expect([scenario.steps?.length, scenario.expect?.length]).toEqual([4, 5])
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
