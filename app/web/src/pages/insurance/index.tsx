import { useGroup } from '../../chain/hooks';
import { Empty, Panel } from '../../ui';

export default function Insurance() {
  const group = useGroup();
  return (
    <>
      <h1 className="sr-only">Insurance</h1>
      <Panel title="Insurance">{group ? <Empty>{group.tokens.length} tokens</Empty> : <Empty>The group is being read…</Empty>}</Panel>
    </>
  );
}
