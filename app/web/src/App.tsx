/** The page: its providers, and which page is shown. */
import { lazy, Suspense, useEffect, useState } from 'react';

import { readConfig } from './chain/config';
import { StoreContext } from './chain/hooks';
import { Store } from './chain/store';
import { SendProvider } from './send/context';
import { Shell } from './shell/Shell';
import { usePath } from './shell/route';
import { Empty, Notice } from './ui';
import { WalletProvider } from './wallet/context';

const Trade = lazy(() => import('./pages/trade'));
const Markets = lazy(() => import('./pages/markets'));
const Liquidations = lazy(() => import('./pages/liquidations'));
const Keeper = lazy(() => import('./pages/keeper'));
const Insurance = lazy(() => import('./pages/insurance'));

export function App() {
  const [store, setStore] = useState<Store | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let made: Store | null = null;
    const open = async () => {
      const config = await readConfig();
      if (config.faucet) await import('./wallet/burner').then(({ registerBurner }) => registerBurner());
      made = new Store(config);
      setStore(made);
      await made.start();
    };
    open().catch((error: Error) => setProblem(error.message));
    return () => made?.stop();
  }, []);
  if (problem) {
    return (
      <main className="mx-auto max-w-xl p-6">
        <h1 className="mb-3 text-lg font-semibold">Breakwater</h1>
        <Notice tone="loss">{problem}</Notice>
      </main>
    );
  }
  if (!store) return <Empty>Loading…</Empty>;
  return (
    <StoreContext value={store}>
      <WalletProvider>
        <SendProvider>
          <Shell>
            <Suspense fallback={<Empty>Loading…</Empty>}>
              <Page />
            </Suspense>
          </Shell>
        </SendProvider>
      </WalletProvider>
    </StoreContext>
  );
}

function Page() {
  const path = usePath();
  if (path.startsWith('/trade')) return <Trade />;
  if (path.startsWith('/markets')) return <Markets />;
  if (path.startsWith('/liquidations')) return <Liquidations />;
  if (path.startsWith('/keeper')) return <Keeper />;
  if (path.startsWith('/insurance')) return <Insurance />;
  return <Empty>There is no page {path}.</Empty>;
}
