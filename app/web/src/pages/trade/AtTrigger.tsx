/** What a liquidation would do and cost where the nearest price that brings it is reached; the module asks itself at that price. */
import type { Standing } from '@breakwater-labs/client/margin';

import { useNames } from '../../chain/hooks';
import { price } from '../../format';
import { stepOf } from './words';

export function AtTrigger({ standing }: { readonly standing: Standing }) {
  const names = useNames();
  const { atTrigger } = standing;
  if (!atTrigger) return null;
  return (
    <p className="text-xs text-soft">
      If {names.leg(atTrigger.leg)} alone reaches {price(atTrigger.price)}: {stepOf(atTrigger.next, names)}
    </p>
  );
}
