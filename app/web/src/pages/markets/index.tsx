/** Tokens and perpetual markets: rates, limits, prices, insurance, and what is about to change. */
import { useGroup, useNames, useSnapshot } from '../../chain/hooks';
import { amount, usd } from '../../format';
import { sum } from '../../format/sum';
import { Empty, Panel, Stat } from '../../ui';
import { Changes } from './Changes';
import { Perps } from './Perps';
import { LiquidationRules, Roles, Warnings } from './Rules';
import { Tokens } from './Tokens';

export default function Markets() {
  const group = useGroup();
  const { link } = useSnapshot();
  const names = useNames();
  if (!group) {
    return (
      <>
        <h1 className="sr-only">Markets</h1>
        <Panel title="Markets">
          <Empty>{link === 'loading' ? 'The group is being read…' : 'The group could not be read.'}</Empty>
        </Panel>
      </>
    );
  }
  const waiting = group.changes.filter(({ status }) => status === 'waiting' || status === 'due').length;
  return (
    <div className="space-y-4">
      <h1 className="sr-only">Markets</h1>
      <Warnings group={group} />
      <div className="flex flex-wrap gap-x-10 gap-y-3 px-1">
        <Stat name="Deposits">{usd(sum(group.tokens.map(({ depositsValue }) => depositsValue)), 0)}</Stat>
        <Stat name="Debts">{usd(sum(group.tokens.map(({ debtsValue }) => debtsValue)), 0)}</Stat>
        <Stat name="Insurance fund">
          {group.fund && group.quoteToken !== null
            ? `${amount(group.fund.total.ui, 0)} ${names.token(group.quoteToken)}`
            : 'none'}
        </Stat>
        <Stat name="Tokens and markets">
          {group.tokens.length} + {group.markets.length}
        </Stat>
        <Stat name="Pending changes" tone={waiting > 0 ? 'warn' : 'plain'}>
          {waiting}
        </Stat>
      </div>
      <Tokens group={group} />
      <Perps group={group} />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[2fr_1fr]">
        <LiquidationRules group={group} />
        <Roles group={group} />
      </div>
      <Changes group={group} />
    </div>
  );
}
