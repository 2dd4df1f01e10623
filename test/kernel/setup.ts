// Says in one line why nothing runs where no kernel was built.
import { kernelFolder } from './kernel.ts'
import { buildPrograms } from './programs.ts'

/** Run once by vitest, before everything. */
export async function setup(): Promise<void> {
  if (kernelFolder !== undefined) return buildPrograms()
  process.stderr.write(
    'Left out here: the tests on a kernel of our own (Debian: test/kernel/build.sh builds it once).\n',
  )
}
