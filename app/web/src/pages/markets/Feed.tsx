/** A price with its age and confidence: whatever is old or uncertain is said. */
import type { FeedInfo } from '@breakwater-labs/client/margin';

import { duration, percent, price } from '../../format';
import { Pill } from '../../ui';

export function FeedAge({ feed }: { readonly feed: FeedInfo }) {
  if (feed.price === null) return <Pill tone="warn">no price yet</Pill>;
  if (feed.stale)
    return (
      <Pill tone="loss" title="Too old to liquidate at">
        stale, {duration(feed.age)}
      </Pill>
    );
  if (feed.tooOldForRisk)
    return (
      <Pill tone="warn" title="Too old to take on risk at">
        {duration(feed.age)}
      </Pill>
    );
  return <span className="num text-soft">{duration(feed.age)}</span>;
}

export const FeedPrice = ({ feed }: { readonly feed: FeedInfo }) => (
  <span className="num">{feed.price === null ? '–' : `$${price(feed.price)}`}</span>
);

export const Confidence = ({ feed }: { readonly feed: FeedInfo }) => (
  <span className="num">± {percent(feed.confidence)}</span>
);
