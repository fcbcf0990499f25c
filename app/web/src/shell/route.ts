/** Which page is shown: the path of the address, nothing else. */
import { type MouseEvent, useSyncExternalStore } from 'react';

export const PAGES = [
  { path: '/trade', name: 'Trade' },
  { path: '/markets', name: 'Markets' },
  { path: '/liquidations', name: 'Liquidations' },
  { path: '/keeper', name: 'Keeper' },
  { path: '/insurance', name: 'Insurance' },
] as const;

const listeners = new Set<() => void>();
const changed = () => listeners.forEach((listener) => listener());

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', changed);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', changed);
  };
}

/** The path, without a slash at its end; `/trade` where there is none. */
export function usePath(): string {
  const path = useSyncExternalStore(subscribe, () => window.location.pathname);
  return path === '/' ? '/trade' : path.replace(/\/$/, '');
}

export function go(path: string): void {
  window.history.pushState(null, '', path);
  window.scrollTo(0, 0);
  changed();
}

/** What makes a link stay on the page. */
export const linkTo = (path: string) => ({
  href: path,
  onClick: (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(path);
  },
});
