/** Rows of facts: a table where there is room for one, cards on a phone. */
import { type ReactNode, useCallback, useSyncExternalStore } from 'react';

import { Table } from '.';

export interface Column<T> {
  readonly name: string;
  /** Numbers stand to the right. */
  readonly right?: boolean;
  /** Left out of a table where there is little room. */
  readonly wide?: boolean;
  readonly cell: (row: T) => ReactNode;
}

const NARROW = '(max-width: 639px)';
const MEDIUM = '(max-width: 1479px)';
const media = (query: string) => (typeof window.matchMedia === 'function' ? window.matchMedia(query) : null);

/** Whether the window is as a query says; not where that is not known. */
function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const list = media(query);
      list?.addEventListener('change', listener);
      return () => list?.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => media(query)?.matches ?? false);
}

/** Whether the window is as narrow as a phone. */
export const useNarrow = (): boolean => useMedia(NARROW);

export function Rows<T>(props: {
  readonly caption: string;
  /** What a row is of: its heading. */
  readonly head: Column<T>;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string | number;
  /** Buttons. */
  readonly actions?: ((row: T) => ReactNode) | null;
}) {
  const { caption, head, rows, keyOf, actions } = props;
  const isNarrow = useNarrow();
  const isMedium = useMedia(MEDIUM);
  const columns = isMedium && !isNarrow ? props.columns.filter(({ wide }) => !wide) : props.columns;
  if (isNarrow) {
    return (
      <ul aria-label={caption} className="-my-2 divide-y divide-line">
        {rows.map((row) => (
          <li key={keyOf(row)} className="grid gap-2 py-3">
            <div className="font-medium">{head.cell(row)}</div>
            <dl className="grid grid-cols-2 gap-x-4 gap-y-1.5">
              {columns.map((column) => (
                <div key={column.name}>
                  <dt className="text-xs text-soft">{column.name}</dt>
                  <dd className="num text-sm">{column.cell(row)}</dd>
                </div>
              ))}
            </dl>
            {actions ? <div className="flex flex-wrap gap-2">{actions(row)}</div> : null}
          </li>
        ))}
      </ul>
    );
  }
  const names = [head, ...columns].map(({ name, right }) => (right ? { name, right: true as const } : name));
  return (
    <Table caption={caption} head={actions ? [...names, 'Actions'] : names}>
      {rows.map((row) => (
        <tr key={keyOf(row)}>
          <th scope="row" className="px-2 py-2 text-left font-medium whitespace-nowrap">
            {head.cell(row)}
          </th>
          {columns.map((column) => (
            <td key={column.name} className={column.right ? 'num text-right whitespace-nowrap' : 'whitespace-nowrap'}>
              {column.cell(row)}
            </td>
          ))}
          {actions ? (
            <td>
              <span className="flex gap-1">{actions(row)}</span>
            </td>
          ) : null}
        </tr>
      ))}
    </Table>
  );
}
