/** With which account the visitor would liquidate, and what that needs. */
import { useGroup, useNames } from '../../chain/hooks';
import type { Own } from '../../chain/own';
import { percent, usd } from '../../format';
import { linkTo } from '../../shell/route';
import { Button, Fact, Facts, Panel, Select } from '../../ui';
import { Key } from '../../ui/Key';

export function Keeping({
  own,
  open,
  isBusy,
}: {
  readonly own: Own;
  readonly open: () => void;
  readonly isBusy: boolean;
}) {
  const accounts = own.told?.accounts ?? [];
  const chosen = accounts.find(({ number }) => number === own.number);
  const group = useGroup();
  const names = useNames();
  return (
    <Panel title="Your keeper account">
      {!own.owner ? (
        <p className="text-sm text-soft">
          Anybody may liquidate. Connect a wallet: your margin account repays a part of the debt and gets collateral
          with a bonus, or takes the fee for closing a position.
        </p>
      ) : own.told === null ? (
        <p className="text-sm text-soft">Your accounts are being read…</p>
      ) : !own.isOpen ? (
        <div className="space-y-3 text-sm">
          <p className="text-soft">A liquidation moves tokens between two margin accounts, and you have none yet.</p>
          <Button kind="main" disabled={isBusy} onClick={open}>
            Open a margin account
          </Button>
        </div>
      ) : (
        <div className="space-y-2">
          {accounts.length > 1 ? (
            <Select
              label="Account"
              options={accounts.map(({ number }) => ({ id: number, name: `Number ${number}` }))}
              chosen={own.number}
              choose={own.choose}
            />
          ) : null}
          <Facts>
            <Fact name="Account">
              {own.account ? <Key text={own.account} what="account" to={`/trade/${own.account}`} /> : null}
            </Fact>
            <Fact name="Equity">{chosen ? usd(chosen.equity) : '–'}</Fact>
          </Facts>
          <p className="text-xs text-soft">
            It must hold, or be able to borrow, what it repays.{' '}
            <a {...linkTo('/trade')} className="text-accent underline">
              Deposit {group?.quoteToken == null ? 'tokens' : names.token(group.quoteToken)}
            </a>
          </p>
        </div>
      )}
      {group ? (
        <p className="mt-3 border-t border-line pt-3 text-xs text-soft">
          Bonus {percent(group.liquidation.bonusMin)} to {percent(group.liquidation.bonusMax)};{' '}
          {percent(group.liquidation.insuranceShare, 0)} of it goes to insurance. A shallow breach is flagged first and
          waits {group.liquidation.waitSlots} slots.
        </p>
      ) : null}
    </Panel>
  );
}
