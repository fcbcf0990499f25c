/**
 * Decimal strings for people. Money comes as decimal strings and stays text: only digits are cut and grouped here, and
 * shifted between native units and whole tokens. Nothing is computed.
 */

/** A decimal with grouped digits and at most a number of decimals; the rest is cut, not rounded. */
export function decimal(value: string, decimals = 2): string {
  const negative = value.startsWith('-');
  const [whole = '0', part = ''] = value.replace('-', '').split('.');
  const kept = part.slice(0, decimals).padEnd(Math.min(decimals, 2), '0');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  const isZero = /^0*$/.test(whole + kept);
  return `${negative && !isZero ? '−' : ''}${grouped}${decimals > 0 ? `.${kept}` : ''}`;
}

/** Dollars. Small ones show that they are not nothing. */
export function usd(value: string, decimals = 2): string {
  const shown = decimal(value, decimals);
  const isTiny = /^−?0(\.0*)?$/.test(shown) && /[1-9]/.test(value);
  if (isTiny) return value.startsWith('-') ? '> −$0.01' : '< $0.01';
  return shown.startsWith('−') ? `−$${shown.slice(1)}` : `$${shown}`;
}

/** A price: as many decimals as tell something. */
export function price(value: string | null): string {
  if (value === null) return '–';
  const [whole = '0', part = ''] = value.split('.');
  const digits = whole.replace('-', '').replace(/^0+/, '').length;
  if (digits >= 4) return decimal(value, 2);
  if (digits >= 1) return decimal(value, 4);
  const zeros = /^0*/.exec(part)?.[0].length ?? 0;
  return decimal(value, zeros + 4);
}

/** An amount of a token: up to six decimals, without zeros at its end. */
export function amount(value: string, decimals = 6): string {
  const shown = decimal(value, decimals);
  return shown.includes('.') ? shown.replace(/\.?0+$/, '') : shown;
}

/** Basis points as a percentage. */
export function percent(bps: number, decimals = 2): string {
  return `${(bps / 100).toFixed(decimals).replace('-', '−')} %`;
}

/** Millionths as a percentage. */
export function percentOfMillionths(ppm: number | string, decimals = 2): string {
  return `${(Number(ppm) / 10_000).toFixed(decimals).replace('-', '−')} %`;
}

/** A health factor in millionths. */
export function factor(ppm: number | null): string {
  if (ppm === null) return '∞';
  return ppm >= 100_000_000 ? '> 100' : (Math.floor(ppm / 10_000) / 100).toFixed(2).replace('-', '−');
}

/** A short form of an address or a signature. */
export function short(text: string, side = 4): string {
  return text.length <= 2 * side + 1 ? text : `${text.slice(0, side)}…${text.slice(-side)}`;
}

/** Seconds as people say them. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** A time of the chain, unix seconds. */
export function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('T', ' ').slice(0, 19) + ' UTC';
}

/** A decimal of whole tokens as native units; null where it is none or has too many decimals. */
export function native(text: string, decimals: number): bigint | null {
  const match = /^(\d*)(?:[.,](\d*))?$/.exec(text.trim());
  if (match === null || (!match[1] && !match[2])) return null;
  const part = match[2] ?? '';
  if (part.length > decimals) return null;
  return BigInt((match[1] || '0') + part.padEnd(decimals, '0'));
}

/** Whether a decimal string is below zero. */
export const isNegative = (value: string): boolean => value.startsWith('-') && /[1-9]/.test(value);

/** Whether a decimal string is zero. */
export const isZero = (value: string): boolean => !/[1-9]/.test(value);

/** A decimal string as a number for drawing: bars and curves, never an amount. */
export const drawn = (value: string): number => Number(value);
