import { useGroup } from '../../chain/hooks';
import { Empty, Panel } from '../../ui';

export default function Liquidations() {
  const group = useGroup();
  return (
    <>
      <h1 className="sr-only">Liquidations</h1>
      <Panel title="Liquidations">{group ? <Empty>{group.tokens.length} tokens</Empty> : <Empty>The group is being read…</Empty>}</Panel>
    </>
  );
}
