/** What somebody needs who has nothing here yet. */
import type { Own } from '../../chain/own';
import { linkTo } from '../../shell/route';

export function NoAccount({ own, unit }: { readonly own: Own; readonly unit: string }) {
  if (!own.owner) return <p className="text-sm text-soft">Connect a wallet to see what you have here.</p>;
  if (own.told === null) return <p className="text-sm text-soft">Your accounts are being read…</p>;
  return (
    <p className="text-sm text-soft">
      Insurance and liquidity come out of a margin account’s deposit of {unit}.{' '}
      <a {...linkTo('/trade')} className="text-accent underline">
        Open one with a deposit
      </a>{' '}
      first.
    </p>
  );
}
