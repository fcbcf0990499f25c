/** The banner of an account that may be liquidated: how long is left, and what ends it. */
import { useMemo } from 'react';
import { MarginRefused } from '@breakwater-labs/client/margin';
import type { Address } from '@solana/kit';

import { marketOf, useNames, useSnapshot, useStore } from '../../chain/hooks';
import { amount, factor, price } from '../../format';
import { Button, Notice } from '../../ui';
import { useWallet } from '../../wallet/context';
import { useBalances } from './balance';
import { useDesk } from './desk';
import { type Asked, remediesOf, type Remedy } from './remedies';
import { sentence, stepOf, whenOf } from './words';
import { useAct } from './use-act';

/** How much worse than shown a remedy's fill may be, bps: in a breach time counts more than price. */
const SLIPPAGE = 200;

function useAsked(address: Address, owner: Address): Asked {
  const { margin } = useStore();
  return useMemo(() => {
    const orNull = <T,>(ask: () => T): T | null => {
      try {
        return ask();
      } catch (error) {
        if (error instanceof MarginRefused) return null;
        throw error;
      }
    };
    return {
      preview: (intent) => orNull(() => margin.preview(address, owner, intent)),
      most: (of) => orNull(() => BigInt(margin.most(address, owner, of).native)),
    };
  }, [margin, address, owner]);
}

export function Breach() {
  const { account } = useDesk();
  if (account === null || account.standing.outlook.stage === 'healthy') return null;
  return <Banner />;
}

function Banner() {
  const { account, address, owner, group, right } = useDesk();
  const { version } = useSnapshot();
  const { address: wallet } = useWallet();
  const names = useNames();
  const asked = useAsked(address, owner);
  const debts = account?.standing.tokens.filter(({ isDebt }) => isDebt).map(({ token }) => token) ?? [];
  const wanted = [...new Set([...debts, ...(group.quoteToken === null ? [] : [group.quoteToken])])];
  const balances = useBalances(right === 'owner' ? wallet : null, wanted);
  const remedies = useMemo(() => {
    if (account === null || right === 'none') return [];
    const lotOf = (market: number) => BigInt(marketOf(group, market)?.lot.native ?? 1);
    const { standing } = account;
    return remediesOf(
      { standing, balances, quoteToken: group.quoteToken, lotOf, slippage: SLIPPAGE, onlyTrades: right !== 'owner' },
      asked,
    );
    // Prices move the answers: they are asked for with every reading.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [version, account, balances, right, asked, group]);
  if (account === null) return null;
  // Until the wallet's balances are known, nothing found means nothing.
  const isLooking = right === 'owner' && remedies.length === 0 && wanted.some((token) => !balances.has(token));
  const { outlook, next, refusal } = account.standing;
  return (
    <Notice tone="loss">
      <div className="grid gap-2">
        <div>
          <strong className="text-base">{whenOf(outlook)}</strong>
          <p className="text-text">
            {next ? stepOf(next, names) : null}{' '}
            {refusal ? `It would be refused now. ${sentence(refusal.message)}` : null}
          </p>
        </div>
        {right === 'none' ? null : isLooking ? (
          <p className="text-text">Looking for a way out…</p>
        ) : (
          <Remedies remedies={remedies} />
        )}
      </div>
    </Notice>
  );
}

export function Remedies({ remedies }: { readonly remedies: readonly Remedy[] }) {
  const { act, isBusy } = useAct();
  const names = useNames();
  if (remedies.length === 0) {
    return (
      <p className="text-text">Nothing in your wallet and no reduction helps now. Get tokens to repay or deposit.</p>
    );
  }
  return (
    <ul className="flex flex-wrap gap-3">
      {remedies.map((remedy, at) => {
        const title = titleOf(remedy, names);
        const { before, after, fill } = remedy.preview;
        return (
          <li key={`${remedy.kind}-${remedy.of}`} className="grid gap-0.5">
            <Button
              kind={at === 0 ? 'main' : 'plain'}
              disabled={isBusy}
              onClick={() => void act(title, remedy.intent, remedy.preview)}
              className="text-left"
            >
              <span className={at === 0 ? '' : 'text-text'}>{title}</span>
            </Button>
            <span className="num text-xs text-text">
              health {factor(before.health.factor)} → {factor(after.health.factor)}
              {remedy.heals ? ', out of the breach' : ', helps but is not enough'}
              {fill ? ` · fill ${price(fill.price)}, fee ${amount(fill.fee.ui, 2)}` : ''}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function titleOf({ kind, of, preview }: Remedy, names: ReturnType<typeof useNames>): string {
  if (kind === 'reduce') {
    const size = (preview.fill?.size.ui ?? '0').replace('-', '');
    return `Close ${amount(size)} of ${names.market(of)}`;
  }
  const moved = amount((preview.sent ?? preview.amount).ui);
  return `${kind === 'repay' ? 'Repay' : 'Deposit'} ${moved} ${names.token(of)}`;
}
