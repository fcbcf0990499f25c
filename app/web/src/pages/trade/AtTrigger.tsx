/** What would happen to the account where its nearest liquidation price is reached, and what that would cost. */
import type { LiquidationPrices, Standing } from '@breakwater-labs/client/margin';

import { useNames, useWhatIf } from '../../chain/hooks';
import { price } from '../../format';
import { useDesk } from './desk';
import { feedsOf, justBeyond } from './WhatIf';
import { stepOf } from './words';

export function AtTrigger({ standing, close }: { readonly standing: Standing; readonly close: LiquidationPrices }) {
  const { group, address } = useDesk();
  const names = useNames();
  const feed = feedsOf(group, standing).find(({ leg }) => leg === close.leg)?.feed;
  const moves = feed === undefined || close.distance === null ? [] : [{ feed, bps: justBeyond(close.distance) }];
  const { answer } = useWhatIf(address, moves);
  if (!answer?.next) return null;
  return (
    <p className="text-xs text-soft">
      If {names.leg(close.leg)} alone goes just beyond {price(close.trigger)}: {stepOf(answer.next, names)}
    </p>
  );
}
