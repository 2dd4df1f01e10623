// The composite action, run as GitHub's runner does: each step is a script of its own with the inputs in its environment.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type Checkout, checkOut } from './checkout.ts'

interface Step {
  readonly name: string
  readonly id?: string
  readonly shell: string
  readonly env?: Readonly<Record<string, string>>
  readonly run: string
}
interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly outputs: Readonly<Record<string, { readonly value: string }>>
  readonly runs: { readonly using: string; readonly steps: readonly Step[] }
}

let checkout: Checkout
let action: Action
let isInstalled = false
beforeAll(() => {
  checkout = checkOut()
  action = parse(readFileSync(join(checkout.path, 'action.yml'), 'utf8')) as Action
  mkdirSync(join(checkout.path, 'workspace'))
})
afterAll(() => checkout[Symbol.dispose]())

/** `uses: ./` with these inputs, in a workspace of somebody's own. */
function use(inputs: Readonly<Record<string, string>>) {
  const { path } = checkout
  const [summary, output] = [join(path, 'summary.md'), join(path, 'output')]
  for (const file of [summary, output]) writeFileSync(file, '')
  const given = (text: string) =>
    text.replace(
      /\$\{\{ inputs\.([\w-]+) \}\}/g,
      (_, name: string) => inputs[name] ?? action.inputs[name]?.default ?? '',
    )
  let log = ''
  for (const step of action.runs.steps) {
    if (step.name === 'Install' && isInstalled) continue
    // `${{ … }}` in a script would be a way into the shell: scripts are run as they are written.
    expect(step.run).not.toContain('${{')
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, given(value)]))
    const { code, out } = checkout.run('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run], {
      in: 'workspace',
      env: {
        ...env,
        ...{ GITHUB_ACTION_PATH: path, GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output, GITHUB_ACTIONS: 'true' },
      },
    })
    log += out
    if (step.name === 'Install') isInstalled = code === 0
    if (code !== 0) return { code, log, summary: readFileSync(summary, 'utf8'), output: readFileSync(output, 'utf8') }
  }
  return { code: 0, log, summary: readFileSync(summary, 'utf8'), output: readFileSync(output, 'utf8') }
}

const EVENING = '../simulator/examples/firmware/scenarios/evening.yaml'

test('a scenario that holds: a green step, a summary, results to keep', () => {
  const { code, log, summary, output } = use({ scenarios: EVENING })
  expect(log).toMatch(/✓ An evening at home +passed/)
  expect(code).toBe(0)
  expect(summary).toContain('An evening at home')
  expect(output).toBe('results=latchkey-results\nexit-code=0\n')
  const results = join(checkout.path, 'workspace/latchkey-results')
  expect(readFileSync(join(results, 'junit.xml'), 'utf8')).toContain('<testsuite ')
  expect(readFileSync(join(results, 'timelines/evening.html'), 'utf8')).toContain('<!doctype html>')
})

test('one that does not: a red step, and the line of the file that did not hold', () => {
  writeFileSync(
    join(checkout.path, 'workspace/cold.yaml'),
    'name: Warm at once\nhome: { indoors: 10 }\nfor: 10m\nexpect:\n  - always: thermostat.air >= 15\n',
  )
  const { code, log, output } = use({ scenarios: `${EVENING}\ncold.yaml`, results: 'elsewhere' })
  expect(code).toBe(1)
  expect(output).toContain('exit-code=1')
  expect(log).toMatch(/::error file=cold\.yaml,line=5,title=Warm at once::always thermostat\.air >= 15/)
})

test('what is no scenario is wrong usage, and names the line; a search needs no file', () => {
  writeFileSync(join(checkout.path, 'workspace/typo.yaml'), 'name: Typo\nfor: 10 parsecs\n')
  const typo = use({ scenarios: 'typo.yaml' })
  expect(typo.code).toBe(2)
  expect(typo.log).toContain('typo.yaml:2:')
  const search = use({ fuzz: '2', seed: '1' })
  expect(search.log).toContain('No trouble found: 2 random scenarios (seed 1)')
  expect(search.code).toBe(0)
})
