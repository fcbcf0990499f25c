/** The shared fund: what it has, what it may pay, and whether anybody may leave. */
import type { FundInfo } from '@breakwater-labs/client/margin';

import { amount, decimal, drawn, duration, isZero, percent } from '../../format';
import { Fact, Facts, Panel, Pill, Stat } from '../../ui';
import { Meter } from '../../ui/Bars';
import { Key } from '../../ui/Key';

export function FundPanel({ fund, quote }: { readonly fund: FundInfo; readonly quote: string }) {
  const share = drawn(fund.active.ui) / drawn(fund.total.ui);
  return (
    <Panel
      title="Shared fund"
      aside={fund.frozen ? <Pill tone="loss">exits stopped</Pill> : <Pill tone="gain">open</Pill>}
    >
      <div className="mb-3 flex flex-wrap gap-x-8 gap-y-2">
        <Stat name="All of it" note={quote}>
          {amount(fund.total.ui, 2)}
        </Stat>
        <Stat name="Against debts" note="of the quote token">
          {fund.coverage === null ? '–' : percent(fund.coverage)}
        </Stat>
      </div>
      <Meter
        label="Earning part of the fund"
        words={`${amount(fund.active.ui, 2)} of ${amount(fund.total.ui, 2)} ${quote}`}
        part={share}
        className="mb-2"
      />
      <Facts>
        <Fact name="Earns" title="The active pool gets all that the fund earns">
          {decimal(fund.active.ui)} {quote}
        </Fact>
        <Fact name="Young or leaving" title="Bears losses like the rest, earns nothing">
          {decimal(fund.passive.ui)} {quote}
        </Fact>
        <Fact name="Could pay now">
          {decimal(fund.epochLeft.ui)} {quote}
        </Fact>
        <Fact name="Pays of itself in a day">{percent(fund.epochCap, 0)} at most</Fact>
        <Fact name="Shortfall reported" tone={isZero(fund.knownShortfall.ui) ? 'plain' : 'loss'}>
          {decimal(fund.knownShortfall.ui)} {quote}
        </Fact>
        <Fact name="From a request to the exit">{duration(fund.cooldown)}</Fact>
        <Fact name="Fund">
          <Key text={fund.address} what="fund" />
        </Fact>
      </Facts>
    </Panel>
  );
}
