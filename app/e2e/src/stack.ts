// The one stack of a run: `cargo xtask app`, or the binary that APP_LOCAL names. It ends when this process does.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const OPTIONS = ['--json', '--still', '--no-keeper', '--tied', '--port', '0', '--accounts', '40'];

/** What `/config.json` says. */
export interface Config {
  rpcUrl: string;
  wsUrl: string;
  cluster: string;
  genesisHash: string;
  programId: string;
  group: string;
  tokens: { token: number; mint: string; symbol: string; decimals: number; tokenProgram: string }[];
  markets: { market: number; symbol: string }[];
  accounts: string[];
  faucet: boolean;
}

export interface Stack {
  url: string;
  config: Config;
}

declare module 'vitest' {
  export interface ProvidedContext {
    stack: Stack;
  }
}

function start(options: string[]): { process: ChildProcess; ready: Promise<Stack> } {
  const binary = process.env['APP_LOCAL'];
  const [command, first] = binary ? [binary, []] : ['cargo', ['xtask', 'app', '--headless']];
  const child = spawn(command, [...first, ...options], { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const ready = new Promise<Stack>((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', (line) => resolve(JSON.parse(line) as Stack));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the stack ended with exit code ${code}`)));
  });
  return { process: child, ready };
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (!existsSync(new URL('../../web/dist/index.html', import.meta.url))) {
    throw new Error('the page is not built: npm run build in app/');
  }
  const { process: child, ready } = start(OPTIONS);
  const { url, config } = await ready;
  project.provide('stack', { url, config });
  return async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await ended;
  };
}
