import { afterEach } from 'vitest';

afterEach(async () => {
  // Tests of sources have no document.
  if (typeof document === 'undefined') return;
  const { cleanup } = await import('@testing-library/react');
  cleanup();
  localStorage.clear();
});
