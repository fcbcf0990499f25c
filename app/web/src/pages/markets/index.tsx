import { useGroup } from '../../chain/hooks';
import { Empty, Panel } from '../../ui';

export default function Markets() {
  const group = useGroup();
  return (
    <>
      <h1 className="sr-only">Markets</h1>
      <Panel title="Markets">{group ? <Empty>{group.tokens.length} tokens</Empty> : <Empty>The group is being read…</Empty>}</Panel>
    </>
  );
}
