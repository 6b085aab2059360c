import type { BenchReport } from '../report.ts';
import { circumstances, legend } from './prose.ts';
import { type Heading, type ReportTable, reportTable } from './report-table.ts';

/** Between columns. */
const GUTTER = '  ';

/** The report for a terminal: plain text, no colour, no escape sequences. */
export function formatText(report: BenchReport): string {
  const table = reportTable(report);
  const groups = groupsOf(table.header);
  const widths = columnWidths(table, groups);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join(GUTTER)
      .trimEnd();
  return [
    ...circumstances(report),
    '',
    groups
      .map((group) => centred(group.name, spanOf(group, widths)))
      .join(GUTTER)
      .trimEnd(),
    line(table.header.map(({ title }) => title)),
    line(widths.map((width) => '-'.repeat(width))),
    ...table.rows.map(line),
    '',
    ...legend(report),
    '',
  ].join('\n');
}

/** Adjoining columns under one name; a column on its own is a group without a name. */
interface Group {
  readonly name: string;
  readonly first: number;
  /** Column after the last. */
  readonly end: number;
}

function groupsOf(header: readonly Heading[]): Group[] {
  const groups: Group[] = [];
  for (let first = 0; first < header.length; first = groups.at(-1)?.end ?? header.length) {
    const name = header[first]?.group ?? '';
    let end = first + 1;
    while (name !== '' && header[end]?.group === name) end++;
    groups.push({ name, first, end });
  }
  return groups;
}

/** As wide as the widest cell; the first column of a group makes room for the group's name. */
function columnWidths({ header, rows }: ReportTable, groups: readonly Group[]): number[] {
  const widths = header.map(({ title }, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  for (const group of groups) {
    const lacking = group.name.length - spanOf(group, widths);
    widths[group.first] = (widths[group.first] ?? 0) + Math.max(0, lacking);
  }
  return widths;
}

function spanOf({ first, end }: Group, widths: readonly number[]): number {
  const gutters = (end - first - 1) * GUTTER.length;
  return widths.slice(first, end).reduce((sum, width) => sum + width, gutters);
}

/** The name amid a rule, so that one sees which columns it covers; blanks for no name. */
function centred(name: string, width: number): string {
  if (name === '') return ' '.repeat(width);
  if (width < name.length + 4) return name.padStart(width);
  const left = (width - name.length - 2) >> 1;
  return `${'-'.repeat(left)} ${name} ${'-'.repeat(width - name.length - 2 - left)}`;
}
