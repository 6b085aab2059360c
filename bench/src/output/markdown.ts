import type { BenchReport } from '../report.ts';
import { circumstances, legend } from './prose.ts';
import { reportTable } from './report-table.ts';

/** The report as GitHub-flavoured Markdown. @param chart file name of the chart beside it */
export function formatMarkdown(report: BenchReport, chart: string): string {
  const { header, rows } = reportTable(report);
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [
    '# Packets per second',
    '',
    `![Million packets per second of every program on every backend](${chart})`,
    '',
    line(header.map(({ group, title }) => `${group} ${title}`.trim())),
    `|${header.map((_, i) => (i === 0 ? '---' : '---:')).join('|')}|`,
    ...rows.map(line),
    '',
    ...[...circumstances(report), ...legend(report)].map((text) => `* ${text}`),
    '',
  ].join('\n');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}
