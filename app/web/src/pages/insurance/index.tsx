/** Insurance that people stake in, and the pools of the markets: what they have, and how to get in and out. */
import { useGroup, useNames, useSnapshot } from '../../chain/hooks';
import { useOwn } from '../../chain/own';
import { Empty, Notice, Panel, Select } from '../../ui';
import { FundPanel } from './Fund';
import { Pools } from './Pools';
import { StakePanel } from './Stake';
import { Tranches } from './Tranches';

export default function Insurance() {
  const group = useGroup();
  const names = useNames();
  const own = useOwn();
  const { link } = useSnapshot();
  const quote = group?.tokens.find(({ token }) => token === group.quoteToken);
  if (!group || !quote) {
    return (
      <>
        <h1 className="sr-only">Insurance</h1>
        <Panel title="Insurance">
          <Empty>
            {link === 'loading'
              ? 'The group is being read…'
              : group
                ? 'This group has no quote token yet.'
                : 'The group could not be read.'}
          </Empty>
        </Panel>
      </>
    );
  }
  const unit = names.token(quote.token);
  const accounts = own.told?.accounts ?? [];
  return (
    <div className="space-y-4">
      <h1 className="sr-only">Insurance</h1>
      {group.fund?.frozen ? (
        <Notice tone="loss">
          Nobody may leave the fund now: accounts that it stands behind are known to owe more than they have.
        </Notice>
      ) : null}
      {accounts.length > 1 ? (
        <div className="max-w-72">
          <Select
            label="Margin account that pays and receives"
            options={accounts.map(({ number }) => ({ id: number, name: `Number ${number}` }))}
            chosen={own.number}
            choose={own.choose}
          />
        </div>
      ) : null}
      {group.fund ? (
        <div className="grid grid-cols-1 gap-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.6fr)]">
          <FundPanel fund={group.fund} quote={unit} />
          <StakePanel own={own} fund={group.fund} now={group.time} unit={unit} decimals={quote.decimals} />
        </div>
      ) : (
        <Panel title="Shared fund">
          <Empty>This group has no shared fund.</Empty>
        </Panel>
      )}
      <Pools own={own} group={group} unit={unit} decimals={quote.decimals} />
      <Tranches group={group} quote={unit} />
    </div>
  );
}
