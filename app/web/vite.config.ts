import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The client is taken from its source, so that nothing has to be built before the page.
const conditions = ['breakwater-source', 'module', 'browser', 'import', 'default'];

/** Where `cargo xtask app --dev` serves configuration, faucet and prices. */
const local = process.env['BREAKWATER_LOCAL'] ?? 'http://127.0.0.1:4173';

/** What the built page may load: itself, any node, the icons that wallets bring. Nothing of anybody else runs beside a wallet. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  // The chart brings its own style element.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: https:",
  'connect-src *',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const policy = {
  name: 'content-security-policy',
  apply: 'build' as const,
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend' as const,
    },
  ],
};

export default defineConfig({
  plugins: [react(), tailwindcss(), policy],
  resolve: { conditions },
  server: {
    proxy: Object.fromEntries(
      ['/config.json', '/faucet', '/price', '/scenario', '/pause_prices', '/run_keeper', '/fault', '/state'].map(
        (path) => [path, local],
      ),
    ),
  },
  build: { target: 'es2022', assetsInlineLimit: 2048 },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/test/setup.ts'] },
} as never);
