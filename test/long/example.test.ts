// The example project, as somebody has it who installed the package.
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { checkOut } from './checkout.ts'

test('the example installs the packed package, and its tests and its evening pass', () => {
  using checkout = checkOut()
  const { path, run } = checkout
  expect(run('npm', ['pack', '--loglevel=error'])).toMatchObject({ code: 0 })
  const packed = readdirSync(path).find((name) => name.endsWith('.tgz'))
  const project = join(path, 'somebody-elses')
  mkdirSync(project)
  cpSync(join(path, 'simulator/examples/firmware'), project, { recursive: true })
  const there = { in: 'somebody-elses' }
  run('npm', ['pkg', 'set', `devDependencies.latchkey=file:${join(path, packed ?? 'nothing was packed')}`], there)
  expect(run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], there)).toMatchObject({ code: 0 })

  const tests = run('npm', ['test'], there)
  expect(tests.out).toMatch(/Tests .*3 passed/)
  expect(tests.code).toBe(0)
  const evening = run('npm', ['run', 'simulate'], there)
  expect(evening.out).toMatch(/✓ An evening at home +passed/)
  expect(evening.out).not.toContain('Warning')
  expect(evening.code).toBe(0)
})
