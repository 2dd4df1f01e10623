// In the process of test/again.ts.
import { pathToFileURL } from 'node:url'
import type { Ended, Given } from './again.ts'

const main = pathToFileURL(process.argv[2] ?? '').href
// Each run waits for its end by the same signals.
process.setMaxListeners(0)
let runs = 0

process.on('message', async (given: Required<Given>) => {
  process.argv = [process.execPath, main, ...given.args]
  process.env = { ...given.env }
  process.chdir(given.cwd)
  process.exitCode = undefined
  const written = { stdout: '', stderr: '' }
  for (const to of ['stdout', 'stderr'] as const) {
    process[to].write = (text: string | Uint8Array) => {
      written[to] += typeof text === 'string' ? text : Buffer.from(text).toString()
      return true
    }
  }
  runs += 1
  // Another address is another module: what it does when it is read, it does again.
  await import(`${main}?${runs}`)
  const ended: Ended = { code: Number(process.exitCode ?? 0), out: written.stdout, err: written.stderr }
  process.send?.(ended)
})
