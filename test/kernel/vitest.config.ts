import { defineConfig } from 'vitest/config'

// What needs a kernel of its own: `npm run test:kernel`, after test/kernel/build.sh.
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/kernel/**/*.test.ts'],
    globalSetup: ['test/kernel/setup.ts'],
    maxWorkers: 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
