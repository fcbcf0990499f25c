/** Exact sums and shifts of decimal strings: digits only, as numbers of any length. */

/** Native units as a decimal of whole tokens. */
export function shifted(native: string | bigint, decimals: number): string {
  const text = String(native);
  const digits = text.replace('-', '').padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${text.startsWith('-') ? '-' : ''}${whole}${part ? `.${part}` : ''}`;
}

/** Decimals added up, without a loss of digits. */
export function sum(values: readonly string[]): string {
  const parts = values.map((value) => value.split('.')[1]?.length ?? 0);
  const decimals = Math.max(0, ...parts);
  const units = values.map((value) => {
    const [whole = '0', part = ''] = value.split('.');
    return BigInt(whole + part.padEnd(decimals, '0'));
  });
  return shifted(
    units.reduce((all, one) => all + one, 0n),
    decimals,
  );
}
