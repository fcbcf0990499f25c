import { defineConfig } from "vitest/config";

// One stack for all files, so one file after the other: prices are common to all of them.
export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    globalSetup: "src/stack.ts",
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
