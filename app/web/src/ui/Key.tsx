/** Addresses, signatures and digests: short, whole on demand, and in the clipboard by a click. */
import { useState } from 'react';

import { short } from '../format';
import { linkTo } from '../shell/route';

/** How long "copied" stays, milliseconds. */
const STAYS = 1_500;

export function Key(props: {
  readonly text: string;
  readonly what: string;
  readonly side?: number;
  readonly to?: string;
}) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard?.writeText(props.text);
    setCopied(true);
    setTimeout(() => setCopied(false), STAYS);
  };
  const shown = short(props.text, props.side ?? 4);
  return (
    <span className="num inline-flex items-center gap-1 whitespace-nowrap">
      {props.to ? (
        <a {...linkTo(props.to)} title={props.text} className="text-accent underline-offset-2 hover:underline">
          {shown}
        </a>
      ) : (
        <span title={props.text}>{shown}</span>
      )}
      <button
        type="button"
        aria-label={`Copy ${props.what} ${props.text}`}
        title={isCopied ? 'Copied' : `Copy ${props.what}`}
        onClick={() => void copy()}
        className="rounded px-1 text-xs text-soft hover:text-accent"
      >
        {isCopied ? '✓' : <CopyIcon />}
      </button>
    </span>
  );
}

const CopyIcon = () => (
  <svg
    aria-hidden
    viewBox="0 0 12 12"
    width={11}
    height={11}
    fill="none"
    stroke="currentColor"
    strokeWidth={1.2}
    className="inline"
  >
    <rect x={3.5} y={3.5} width={7} height={7} rx={1.2} />
    <path d="M8.5 1.5h-6a1 1 0 0 0-1 1v6" />
  </svg>
);
