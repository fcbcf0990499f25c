import { useGroup } from '../../chain/hooks';
import { Empty, Panel } from '../../ui';

export default function Trade() {
  const group = useGroup();
  return (
    <>
      <h1 className="sr-only">Trade</h1>
      <Panel title="Trade">{group ? <Empty>{group.tokens.length} tokens</Empty> : <Empty>The group is being read…</Empty>}</Panel>
    </>
  );
}
