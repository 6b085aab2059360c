/** Three significant digits, thousands separated: 0.0123, 4.56, 78.9, 1,234. */
export function significant(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.max(Math.abs(value), 1e-6))));
  return value.toLocaleString('en-US', {
    minimumFractionDigits: Math.min(6, decimals),
    maximumFractionDigits: Math.min(6, decimals),
  });
}

/** Nanoseconds or cycles: one decimal below 100. */
export function amount(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const decimals = value < 100 ? 1 : 0;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
}

/** A speed ratio: 0.52x, 12.3x, 140x. */
export function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${significant(ratio)}x` : '-';
}
