import type { FeedInfo } from '@breakwater-labs/client/margin';
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';

import { FeedAge, FeedPrice } from './Feed';

const feed: FeedInfo = {
  feed: 0,
  oracle: 'oracle',
  price: '150',
  ema: '150',
  age: 3,
  publishTime: 0,
  confidence: 10,
  liquidationBand: 10,
  initialBand: 20,
  tooOldForRisk: false,
  stale: false,
  volatility: 0,
  refusedPrint: null,
};

it('a price says that it is old, too old to liquidate at, or not there', () => {
  const told = (changed: Partial<FeedInfo>) => {
    const { container, unmount } = render(<FeedAge feed={{ ...feed, ...changed }} />);
    const text = container.textContent;
    unmount();
    return text;
  };
  expect(told({})).toBe('3 s');
  expect(told({ age: 90, tooOldForRisk: true })).toBe('1 min 30 s');
  expect(told({ age: 7_200, tooOldForRisk: true, stale: true })).toBe('stale, 2 h 0 min');
  expect(told({ price: null })).toBe('no price yet');
});

it('without a print there is no price', () => {
  render(<FeedPrice feed={{ ...feed, price: null }} />);
  expect(screen.getByText('–')).toBeTruthy();
});
