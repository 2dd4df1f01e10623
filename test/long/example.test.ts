// The package as somebody has it who installed it: the example project, and a project in TypeScript.
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Checkout, checkOut } from './checkout.ts'

let checkout: Checkout
let packed: string
beforeAll(() => {
  checkout = checkOut()
  expect(checkout.run('npm', ['pack', '--loglevel=error'])).toMatchObject({ code: 0 })
  packed = join(checkout.path, readdirSync(checkout.path).find((name) => name.endsWith('.tgz')) ?? 'nothing was packed')
})
afterAll(() => checkout[Symbol.dispose]())

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error']

test('the example installs the packed package, and its tests and its evening pass', () => {
  const { path, run } = checkout
  const project = join(path, 'somebody-elses')
  mkdirSync(project)
  cpSync(join(path, 'simulator/examples/firmware'), project, { recursive: true })
  const there = { in: 'somebody-elses' }
  run('npm', ['pkg', 'set', `devDependencies.latchkey=file:${packed}`], there)
  expect(run('npm', ['install', ...QUIET], there)).toMatchObject({ code: 0 })

  const tests = run('npm', ['test'], there)
  expect(tests.out).toMatch(/Tests .*3 passed/)
  expect(tests.code).toBe(0)
  const evening = run('npm', ['run', 'simulate'], there)
  expect(evening.out).toMatch(/✓ An evening at home +passed/)
  expect(evening.out).not.toContain('Warning')
  expect(evening.code).toBe(0)
})

/** The settings of somebody who never heard of ours: declarations of packages are checked as well, `.ts` is in no import. */
const SETTINGS = { module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable'], strict: true }

const SCENARIO = `import { type Home, type Report, runScenario, type Scenario, startHome } from 'latchkey/simulator'
import { expect } from 'vitest'
import 'latchkey/simulator/vitest'

const scenario: Scenario = { name: 'An hour', for: '1h', steps: [{ at: '+1m', do: { target: 21 } }] }
export const report: Report = await runScenario(scenario, { seed: 7 })
export async function warm(home: Home): Promise<number> {
  await expect(home).toNeverExceed(({ house }) => house.room('hall').celsius, 25, { for: '1h' })
  return home.house.room('hall').celsius
}
await using home = await startHome({ devices: ['toaster'] })
home.toaster.hardware.loadBread('frozen')
`

test('TypeScript compiles what the page shows against the packed package, and refuses what is wrong', () => {
  const { path, run } = checkout
  const project = join(path, 'typed')
  mkdirSync(project)
  const write = (name: string, text: string) => writeFileSync(join(project, name), text)
  const { devDependencies } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as {
    devDependencies: Readonly<Record<string, string>>
  }
  const wanted = ['typescript', 'vitest'].map((name) => `${name}@${devDependencies[name]}`)
  write('package.json', '{ "private": true, "type": "module" }')
  expect(run('npm', ['install', ...QUIET, packed, ...wanted], { in: 'typed' })).toMatchObject({ code: 0 })

  const page = readFileSync(join(path, 'docs/simulation.md'), 'utf8')
  const examples = [...page.matchAll(/^```ts\n(.*?)^```/gms)].map(([, text = '']) => text)
  expect(examples.length).toBeGreaterThan(2)
  for (const [index, text] of examples.entries()) write(`example-${index}.ts`, text)
  write('scenario.ts', SCENARIO)
  const compile = () => {
    write('tsconfig.json', JSON.stringify({ compilerOptions: { ...SETTINGS, noEmit: true } }))
    return run('npx', ['tsc'], { in: 'typed' })
  }
  expect(compile()).toEqual({ code: 0, out: '' })

  write(
    'wrong.ts',
    SCENARIO.replace('target: 21', "target: 'warm'").replace("'frozen'", "'stone'").replace('25,', "'hot',"),
  )
  const { code, out } = compile()
  expect(code).not.toBe(0)
  expect(out.match(/^wrong\.ts\(\d+/gm)).toEqual(['wrong.ts(5', 'wrong.ts(8', 'wrong.ts(12'])
})
