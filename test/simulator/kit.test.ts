// What `latchkey/simulator` offers, by the door that installed packages come in.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import * as types from '../../simulator/kit.ts'

test('the door offers everything that its types promise', async () => {
  // Typed by kit.ts, as package.json says.
  const door = (await import('../../simulator/kit.mjs' as string)) as object
  expect(Object.keys(door).sort()).toEqual(Object.keys(types).sort())
})

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly code: number; readonly err: string }>((resolve) => {
    const own = { PATH: process.env.PATH ?? '', NODE_NO_WARNINGS: '1', ...env }
    execFile(process.execPath, args, { env: own }, (error, _out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), err }),
    )
  })
const DOOR = fileURLToPath(new URL('../../simulator/kit.mjs', import.meta.url))

test('an older Node is told which one it takes, whatever else it could not do', async () => {
  const old = "Object.defineProperty(process,'versions',{value:{...process.versions,node:'22.1.0'}})"
  const { code, err } = await run(['--import', `data:text/javascript,${old}`, DOOR])
  expect(code).toBe(1)
  expect(err).toContain('Cannot use latchkey/simulator as it must have Node 24 or later: this is Node 22.1.0')
})

test('a folder for temporary files that is not there is said by its name', async () => {
  const program = `import { startHome } from ${JSON.stringify(DOOR)}; await startHome()`
  const { code, err } = await run(['--input-type=module', '--eval', program], { TMPDIR: '/nowhere' })
  expect(code).toBe(1)
  expect(err).toContain(
    'Cannot make a temporary folder as /nowhere (TMPDIR) must be one that can be written: it is not there',
  )
})
