/** What is around every page: name, pages, theme, network, wallet, toasts. */
import { type ReactNode, useEffect, useRef, useState } from 'react';

import { useSnapshot, useStore } from '../chain/hooks';
import { short } from '../format';
import { useSend } from '../send/context';
import { Button, Notice, Pill } from '../ui';
import { linkTo, PAGES, usePath } from './route';
import { WalletButton } from './WalletButton';

export function Shell({ children }: { readonly children: ReactNode }) {
  return (
    <div className="mx-auto max-w-[1500px] px-3 pb-24 sm:px-5">
      <a href="#main" className="sr-only focus:not-sr-only">
        Skip to content
      </a>
      <header className="flex flex-wrap items-center gap-x-5 gap-y-2 py-3">
        <a {...linkTo('/trade')} className="flex items-center gap-2 font-semibold">
          <img src="/breakwater.svg" alt="" width={28} height={28} />
          Breakwater
        </a>
        <Navigation />
        <div className="ml-auto flex items-center gap-2">
          <Network />
          <Theme />
          <WalletButton />
        </div>
      </header>
      <Health />
      <main id="main" className="mt-3">
        {children}
      </main>
      <Toasts />
    </div>
  );
}

function Navigation() {
  const path = usePath();
  const pages = useRef<HTMLElement>(null);
  // On a phone the pages are wider than the screen: the one that is shown must not be the one that is cut.
  useEffect(() => {
    const here = pages.current?.querySelector('[aria-current]');
    here?.scrollIntoView?.({ block: 'nearest', inline: 'center' });
  }, [path]);
  return (
    <nav
      ref={pages}
      aria-label="Pages"
      className="order-last -mx-3 flex w-screen gap-1 overflow-x-auto px-3 sm:order-none sm:mx-0 sm:w-auto sm:px-0"
    >
      {PAGES.map((page) => {
        const here = path.startsWith(page.path);
        return (
          <a
            key={page.path}
            {...linkTo(page.path)}
            aria-current={here ? 'page' : undefined}
            className={`rounded-lg px-3 py-1.5 text-sm whitespace-nowrap ${here ? 'bg-raised font-semibold text-text' : 'text-soft hover:text-text'}`}
          >
            {page.name}
          </a>
        );
      })}
    </nav>
  );
}

function Theme() {
  const [theme, setTheme] = useState(() => document.documentElement.dataset['theme'] ?? 'dark');
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem('theme', theme);
  }, [theme]);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <Button
      small
      aria-label={`Use the ${other} theme`}
      title={`Use the ${other} theme`}
      onClick={() => setTheme(other)}
    >
      {theme === 'dark' ? '☀' : '☾'}
    </Button>
  );
}

function Network() {
  const { config } = useStore();
  const { link } = useSnapshot();
  const tone = link === 'live' ? 'gain' : link === 'loading' ? 'soft' : 'loss';
  return (
    <span className="hidden sm:inline">
      <Pill tone={tone} title={config.rpcUrl}>
        {config.cluster} · {link === 'live' ? 'live' : link === 'loading' ? 'loading' : 'offline'}
      </Pill>
    </span>
  );
}

/** What is wrong with the connection, in a sentence. */
function Health() {
  const store = useStore();
  const { link, problem } = useSnapshot();
  if (link === 'live' || link === 'loading') return null;
  const words = {
    offline: 'The node cannot be reached. What you see is as of the last reading; nothing is lost.',
    wrongNetwork: problem,
    failed: `The group cannot be read: ${problem}`,
  }[link];
  return (
    <Notice
      tone="loss"
      action={
        <Button small onClick={() => void store.read()}>
          Try again
        </Button>
      }
    >
      {words}
    </Notice>
  );
}

function Toasts() {
  const { toasts, dismiss } = useSend();
  const tones = { busy: 'border-accent', done: 'border-gain', failed: 'border-loss' };
  return (
    <div
      aria-live="polite"
      className="fixed inset-x-3 bottom-3 z-50 flex flex-col items-end gap-2 sm:left-auto sm:w-96"
    >
      {toasts.map(({ id, kind, title, text, signature }) => (
        <div
          key={id}
          data-toast={kind}
          role={kind === 'failed' ? 'alert' : 'status'}
          className={`w-full rounded-lg border-l-4 bg-raised px-4 py-3 text-sm shadow-lg ${tones[kind]}`}
        >
          <div className="flex justify-between gap-3">
            <strong>{title}</strong>
            <Button small kind="quiet" aria-label="Dismiss" onClick={() => dismiss(id)}>
              ✕
            </Button>
          </div>
          {text ? <p className="mt-1 break-words">{text}</p> : null}
          {signature ? (
            <p className="num mt-1 text-xs text-soft" title={signature}>
              {short(signature, 8)}{' '}
              <Button small kind="quiet" onClick={() => void navigator.clipboard?.writeText(signature)}>
                copy
              </Button>
            </p>
          ) : null}
        </div>
      ))}
    </div>
  );
}
