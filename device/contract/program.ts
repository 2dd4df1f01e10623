// How each of our programs runs: one signal to end, one line for what is wrong, and an exit code that says which.
import { setMaxListeners } from 'node:events'
import { UsageError } from './settings.ts'

/**
 * Runs `main` to its end. `stop` aborts at SIGINT and SIGTERM. Exit codes: what `main` returns, 1 when it failed, 2 when it was used
 * wrongly; then the message goes to standard error, alone.
 */
export async function runProgram(main: (stop: AbortSignal) => Promise<number>): Promise<void> {
  // A program has many loops, and each listens for its end.
  setMaxListeners(50)
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  try {
    process.exitCode = await main(stop.signal)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}

/** Resolves when `signal` has aborted. */
export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
