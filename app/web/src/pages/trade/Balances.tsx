/** Deposits and debts, with what they earn or cost, and what they count for. */
import type { TokenRow } from '@breakwater-labs/client/margin';

import { tokenOf, useNames } from '../../chain/hooks';
import { amount, percent, percentOfMillionths, price, usd } from '../../format';
import { Button, Empty, Panel, Pill, Table } from '../../ui';
import { useDesk } from './desk';
import { triggerOf } from './Header';

export function Balances() {
  const { group, account, right, setTask } = useDesk();
  const names = useNames();
  if (account === null) return null;
  const rows = account.standing.tokens;
  const first = group.quoteToken ?? group.tokens[0]?.token ?? 0;
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
      {rows.length === 0 ? (
        <Empty>No deposits and no debts.</Empty>
      ) : (
        <Table
          caption="Deposits and debts"
          head={['Token', toRight('Amount'), toRight('Value'), toRight('Rate a year'), toRight('Price'), toRight('Liquidation price'), toRight('Counts: new risk / end / kept'), 'Actions']}
        >
          {rows.map((row) => (
            <Row key={`${row.token}-${row.isDebt}`} row={row} />
          ))}
        </Table>
      )}
    </Panel>
  );

  function Row({ row }: { readonly row: TokenRow }) {
    const token = tokenOf(group, row.token);
    const weights = token?.weights;
    const counts = weights
      ? row.isDebt
        ? [weights.liabilityInitial, weights.liabilityEnd, weights.liabilityMaintenance]
        : [weights.assetInitial, weights.assetEnd, weights.assetMaintenance]
      : [];
    const rate = row.isDebt ? token?.rates.borrow : token?.rates.deposit;
    const buttons = row.isDebt ? (['repay', 'borrow'] as const) : (['deposit', 'withdraw'] as const);
    return (
      <tr>
        <th scope="row" className="px-2 py-2 text-left font-medium whitespace-nowrap">
          {names.token(row.token)} <Pill tone={row.isDebt ? 'loss' : 'gain'}>{row.isDebt ? 'debt' : 'deposit'}</Pill>
        </th>
        <td className="num text-right">{amount(row.amount.ui)}</td>
        <td className="num text-right">{usd(row.value)}</td>
        <td className="num text-right whitespace-nowrap">{rate === undefined ? '–' : percentOfMillionths(rate)}</td>
        <td className="num text-right">
          {price(token?.feed.price ?? null)} {token?.feed.stale ? <Pill tone="warn">stale</Pill> : null}
        </td>
        <td className="num text-right">{account ? triggerOf(account.standing, row.token) : '–'}</td>
        <td className="num text-right text-soft whitespace-nowrap">{counts.map((bps) => percent(bps, 0)).join(' / ')}</td>
        <td>
          {right === 'owner' ? (
            <span className="flex gap-1">
              {buttons.map((kind) => (
                <Button key={kind} small onClick={() => setTask({ kind, token: row.token })} aria-label={`${kind} ${names.token(row.token)}`}>
                  {kind[0]?.toUpperCase()}
                  {kind.slice(1)}
                </Button>
              ))}
            </span>
          ) : null}
        </td>
      </tr>
    );
  }
}

const toRight = (name: string) => ({ name, right: true as const });
