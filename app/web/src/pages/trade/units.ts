/** Native units as text, by shifting the decimal point; the shift of what the wallet holds, which no answer tells. */

export function shifted(native: bigint, decimals: number): string {
  if (decimals === 0) return native.toString();
  const digits = native.toString().padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** A decimal as it is typed: without zeros at its end. */
export const plain = (ui: string): string => (ui.includes('.') ? ui.replace(/\.?0+$/, '') : ui);

export const lesser = (a: bigint, b: bigint): bigint => (a < b ? a : b);
