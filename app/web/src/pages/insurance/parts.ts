/** Parts of shares: what somebody chooses by a slider. What they are worth the module says. */

/** So many hundredths of some units; all of them at a hundred, so that no unit is left behind. */
export function partOf(units: string, percent: number): string {
  const all = BigInt(units);
  return String(percent >= 100 ? all : (all * BigInt(Math.round(percent))) / 100n);
}
