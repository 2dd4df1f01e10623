import { defineConfig } from 'vitest/config'

// What needs an emulated Raspberry Pi: `npm run test:raspi`.
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/raspi/**/*.test.ts'],
    maxWorkers: 1,
    testTimeout: 120_000,
    hookTimeout: 240_000,
  },
})
