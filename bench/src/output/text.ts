import type { BenchReport } from '../report.ts';
import { circumstances, legend } from './prose.ts';
import { reportTable } from './report-table.ts';

/** The report for a terminal: plain text, no colour, no escape sequences. */
export function formatText(report: BenchReport): string {
  const { header, rows } = reportTable(report);
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width));
  return [
    ...circumstances(report),
    '',
    line(header),
    line(rule),
    ...rows.map(line),
    '',
    ...legend(report),
    '',
  ].join('\n');
}
