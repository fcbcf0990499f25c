import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The examples import the package by its name, and get the sources.
  resolve: { conditions: ['breakwater-source'] },
  ssr: { resolve: { conditions: ['breakwater-source'] } },
  test: { include: ['tests/**/*.test.ts', 'src/**/*.test.ts'], environment: 'node' },
});
