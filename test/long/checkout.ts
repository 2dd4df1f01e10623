// The project as somebody else gets it: its files, and nothing that was installed or built here.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

export interface Checkout extends Disposable {
  readonly path: string
  /** Runs a program there. Resolves with what it printed and how it ended, whatever that is. */
  run(
    command: string,
    args: readonly string[],
    options?: { readonly in?: string; readonly env?: Readonly<Record<string, string>> },
  ): { readonly code: number; readonly out: string }
}

export function checkOut(): Checkout {
  const path = mkdtempSync(join(tmpdir(), 'latchkey-checkout-'))
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' })
  for (const file of listed.split('\0').filter((name) => name !== '')) cpSync(join(root, file), join(path, file))
  return {
    path,
    run(command, args, { in: folder = '.', env = {} } = {}) {
      // Vitest's own variables would make a vitest inside of it believe that it is a worker.
      const own = Object.entries(process.env).filter(
        ([name]) => !/^(VITEST|NODE_ENV|TEST$|DEV$|PROD$|MODE$|BASE_URL$|npm_)/.test(name),
      )
      try {
        const out = execFileSync(command, [...args], {
          ...{
            cwd: join(path, folder),
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'pipe'],
            maxBuffer: 64 * 1024 * 1024,
          },
          env: { ...Object.fromEntries(own), ...env },
        })
        return { code: 0, out }
      } catch (error) {
        const { status, stdout, stderr } = error as { status: number | null; stdout: string; stderr: string }
        return { code: status ?? -1, out: `${stdout}${stderr}` }
      }
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
