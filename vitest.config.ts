import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // `npm run test:browser`, `test:long`, `test:kernel`, `test:raspi`.
    exclude: ['test/browser/**', 'test/long/**', 'test/kernel/**', 'test/raspi/**'],
    globalSetup: ['test/left-out.ts'],
    // One worker a core: the end-to-end tests start processes of their own.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
