import { defineConfig } from 'vitest/config'

/** Where a home runs on a clock that turns, or johnny-five: what they change of the process, `Date` and timers, is theirs alone. */
const APART = [
  'test/device/{alone,security/johnny-five,security/keypad}.test.ts',
  'test/simulator/{documents,home,kit,matchers}.test.ts',
  'test/simulator/scenario/run.test.ts',
  'test/simulator/{scenarios,time}/**/*.test.ts',
]

export default defineConfig({
  test: {
    // `npm run test:browser`, `test:long`, `test:kernel`, `test:raspi`.
    exclude: ['test/browser/**', 'test/long/**', 'test/kernel/**', 'test/raspi/**'],
    globalSetup: ['test/left-out.ts'],
    // One worker a core: the end-to-end tests start processes of their own.
    maxWorkers: 2,
    // For a machine that does something else as well.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'apart', include: APART } },
      // Sources are read once for all of these, and not once for each: that is half of their time.
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: APART, isolate: false } },
    ],
  },
})
