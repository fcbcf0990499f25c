/** Deposits and debts, with what they earn or cost, and what they count for. */
import type { TokenInfo, TokenRow } from '@breakwater-labs/client/margin';

import { tokenOf, useNames } from '../../chain/hooks';
import { amount, percent, percentOfMillionths, price, usd } from '../../format';
import { Button, Empty, Panel, Pill } from '../../ui';
import { type Column, Rows } from '../../ui/Rows';
import { useDesk } from './desk';
import { triggerOf } from './Header';

/** Weights of a row: to take on risk, where a liquidation stops, to be left alone. */
const countsOf = ({ weights }: TokenInfo, isDebt: boolean): string =>
  (isDebt
    ? [weights.liabilityInitial, weights.liabilityEnd, weights.liabilityMaintenance]
    : [weights.assetInitial, weights.assetEnd, weights.assetMaintenance]
  )
    .map((bps) => percent(bps, 0))
    .join(' / ');

const VERBS = { deposit: 'Deposit', withdraw: 'Withdraw', borrow: 'Borrow', repay: 'Repay' } as const;

export function Balances() {
  const { group, account, right, setTask } = useDesk();
  const names = useNames();
  if (account === null) return null;
  const { standing } = account;
  const first = group.quoteToken ?? group.tokens[0]?.token ?? 0;
  const of = ({ token }: TokenRow) => tokenOf(group, token);
  const columns: readonly Column<TokenRow>[] = [
    { name: 'Amount', right: true, cell: (row) => amount(row.amount.ui) },
    { name: 'Value', right: true, cell: (row) => usd(row.value) },
    {
      name: 'Rate a year',
      right: true,
      cell: (row) => {
        const rates = of(row)?.rates;
        return rates ? percentOfMillionths(row.isDebt ? rates.borrow : rates.deposit) : '–';
      },
    },
    {
      name: 'Price',
      right: true,
      cell: (row) => (
        <>
          {price(of(row)?.feed.price ?? null)} {of(row)?.feed.stale ? <Pill tone="warn">stale</Pill> : null}
        </>
      ),
    },
    { name: 'Liquidation price', right: true, cell: (row) => triggerOf(standing, row.token) },
    {
      name: 'Counts: new risk / end / kept',
      right: true,
      wide: true,
      cell: (row) => {
        const token = of(row);
        return <span className="text-soft">{token ? countsOf(token, row.isDebt) : '–'}</span>;
      },
    },
  ];
  const head: Column<TokenRow> = {
    name: 'Token',
    cell: (row) => (
      <>
        {names.token(row.token)} <Pill tone={row.isDebt ? 'loss' : 'gain'}>{row.isDebt ? 'debt' : 'deposit'}</Pill>
      </>
    ),
  };
  const actions = (row: TokenRow) =>
    (row.isDebt ? (['repay', 'borrow'] as const) : (['deposit', 'withdraw'] as const)).map((kind) => (
      <Button
        key={kind}
        small
        onClick={() => setTask({ kind, token: row.token })}
        aria-label={`${VERBS[kind]} ${names.token(row.token)}`}
      >
        {VERBS[kind]}
      </Button>
    ));
  const aside =
    right === 'owner' ? (
      <span className="flex gap-2">
        <Button small onClick={() => setTask({ kind: 'deposit', token: first })}>
          Deposit
        </Button>
        <Button small onClick={() => setTask({ kind: 'borrow', token: first })}>
          Borrow
        </Button>
      </span>
    ) : null;
  return (
    <Panel title="Balances" aside={aside}>
      {standing.tokens.length === 0 ? (
        <Empty>No deposits and no debts.</Empty>
      ) : (
        <Rows
          caption="Deposits and debts"
          head={head}
          columns={columns}
          rows={standing.tokens}
          keyOf={({ token, isDebt }) => `${token}-${isDebt}`}
          actions={right === 'owner' ? actions : null}
        />
      )}
    </Panel>
  );
}
