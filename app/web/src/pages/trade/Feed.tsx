/** How good prices are: their age, how unsure their publishers are, and what an old one means. */
import type { FeedInfo, GroupAnswer, Standing } from '@breakwater-labs/client/margin';

import { marketOf, tokenOf, useNames } from '../../chain/hooks';
import { duration, percent } from '../../format';
import { Notice, Pill } from '../../ui';
import { MARKET_LEG } from './words';

export function FeedPills({ feed }: { readonly feed: FeedInfo }) {
  const tone = feed.stale ? 'loss' : feed.tooOldForRisk ? 'warn' : 'soft';
  const note = feed.stale ? ' · stale' : feed.tooOldForRisk ? ' · too old for new risk' : '';
  return (
    <Pill tone={tone} title="Age of the price, and how unsure its publishers are">
      {duration(feed.age)} old · ± {percent(feed.confidence)}
      {note}
    </Pill>
  );
}

/** Legs of an account whose prices are too old, by what that forbids. */
export function oldLegs(group: GroupAnswer, standing: Standing): { readonly stale: number[]; readonly old: number[] } {
  const tokens = standing.tokens.map(({ token }) => ({ leg: token, feed: tokenOf(group, token)?.feed }));
  const markets = standing.positions.map(({ market }) => ({
    leg: MARKET_LEG + market,
    feed: marketOf(group, market)?.feed,
  }));
  const all = [...tokens, ...markets];
  return {
    stale: all.filter(({ feed }) => feed?.stale).map(({ leg }) => leg),
    old: all.filter(({ feed }) => feed?.tooOldForRisk && !feed.stale).map(({ leg }) => leg),
  };
}

/** Says what cannot be done because prices are old. */
export function OldPrices({ group, standing }: { readonly group: GroupAnswer; readonly standing: Standing }) {
  const names = useNames();
  const { stale, old } = oldLegs(group, standing);
  const list = (legs: readonly number[]) => legs.map(names.leg).join(', ');
  if (stale.length > 0) {
    return (
      <Notice>
        No fresh price of {list(stale)}: until there is one, this account can take no new risk, and nobody can liquidate
        by the old price.
      </Notice>
    );
  }
  if (old.length > 0)
    return (
      <Notice>
        The price of {list(old)} is too old to take new risk at. Deposits, repayments and reductions go on.
      </Notice>
    );
  return null;
}
