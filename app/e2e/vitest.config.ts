import { defineConfig } from 'vitest/config';

// One stack for all files, so one file after the other: prices are common to all of them.
export default defineConfig({
  // The client as its sources are, not as it was built last.
  ssr: { resolve: { conditions: ["breakwater-source"] } },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: 'src/stack.ts',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
