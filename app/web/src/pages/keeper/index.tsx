import { useGroup } from '../../chain/hooks';
import { Empty, Panel } from '../../ui';

export default function Keeper() {
  const group = useGroup();
  return (
    <>
      <h1 className="sr-only">Keeper</h1>
      <Panel title="Keeper">{group ? <Empty>{group.tokens.length} tokens</Empty> : <Empty>The group is being read…</Empty>}</Panel>
    </>
  );
}
