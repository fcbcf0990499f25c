import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The client is taken from its source, so that nothing has to be built before the page.
const conditions = ['breakwater-source', 'module', 'browser', 'import', 'default'];

/** Where `cargo xtask app --dev` serves configuration, faucet and prices. */
const local = process.env['BREAKWATER_LOCAL'] ?? 'http://127.0.0.1:4173';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { conditions },
  server: {
    proxy: Object.fromEntries(
      ['/config.json', '/faucet', '/price', '/scenario', '/pause_prices', '/state'].map((path) => [path, local]),
    ),
  },
  build: { target: 'es2022', assetsInlineLimit: 2048 },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/test/setup.ts'] },
} as never);
