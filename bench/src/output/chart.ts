import type { BenchReport, BenchResult } from '../report.ts';
import { significant } from './numbers.ts';

/** Readable on white and on dark, and in shades of grey. */
const COLOURS = ['#4c78a8', '#f58518', '#54a24b', '#b279a2', '#9d755d'];
const LABEL_WIDTH = 130;
const BAR_WIDTH = 480;
const VALUE_WIDTH = 90;
const BAR_HEIGHT = 14;
const GAP = 10;
const HEAD = 34;

/**
 * Million packets per second as an SVG bar chart, one group of bars per program, on a logarithmic
 * axis since backends lie orders of magnitude apart. Simulated backends are left out.
 */
export function formatChart(report: BenchReport): string {
  const rows = report.results.filter(({ mpps }) => mpps !== null);
  const workloads = [...new Set(rows.map(({ workload }) => workload))];
  const backends = [...new Set(rows.map(({ backend }) => backend))];
  const decades = decadesOf(rows.map(({ mpps }) => mpps ?? 1));
  const x = (mpps: number): number =>
    (BAR_WIDTH * (Math.log10(mpps) - decades.low)) / (decades.high - decades.low);

  const groupHeight = backends.length * BAR_HEIGHT + GAP;
  const bottom = HEAD + workloads.length * groupHeight;
  const width = LABEL_WIDTH + BAR_WIDTH + VALUE_WIDTH;
  const colour = (backend: string): string =>
    COLOURS[backends.indexOf(backend) % COLOURS.length] ?? '#888';

  const bars = workloads.flatMap((workload, group) => {
    const top = HEAD + group * groupHeight;
    const name = text(LABEL_WIDTH - 8, top + (groupHeight - GAP) / 2 + 4, workload, 'end');
    return [
      name,
      ...rows
        .filter((row) => row.workload === workload)
        .map((row) => bar(row, top + backends.indexOf(row.backend) * BAR_HEIGHT, x, colour)),
    ];
  });
  const axis = Array.from({ length: decades.high - decades.low + 1 }, (_, i) => {
    const at = LABEL_WIDTH + (BAR_WIDTH * i) / (decades.high - decades.low);
    return (
      `<line x1="${at}" y1="${HEAD - 4}" x2="${at}" y2="${bottom}" stroke="#888" stroke-opacity="0.3"/>` +
      text(at, bottom + 14, String(10 ** (decades.low + i)), 'middle')
    );
  });
  const key = backends.map((backend, i) => {
    const at = LABEL_WIDTH + i * 130;
    return (
      `<rect x="${at}" y="8" width="12" height="12" fill="${colour(backend)}"/>` +
      text(at + 17, 18, backend, 'start')
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + 40}" font-family="sans-serif" font-size="12" fill="#777">`,
    '<title>Million packets per second</title>',
    ...key,
    ...axis,
    ...bars,
    text(LABEL_WIDTH + BAR_WIDTH / 2, bottom + 32, 'Mpps, logarithmic', 'middle'),
    '</svg>',
    '',
  ].join('\n');
}

function bar(
  { backend, mpps }: BenchResult,
  top: number,
  x: (mpps: number) => number,
  colour: (backend: string) => string,
): string {
  const length = Math.max(1, x(mpps ?? 1)).toFixed(1);
  return (
    `<rect x="${LABEL_WIDTH}" y="${top}" width="${length}" height="${BAR_HEIGHT - 2}" fill="${colour(backend)}"/>` +
    text(LABEL_WIDTH + Number(length) + 5, top + BAR_HEIGHT - 4, significant(mpps ?? 0), 'start')
  );
}

/** Whole powers of ten around the values, at least one apart. */
function decadesOf(values: readonly number[]): { low: number; high: number } {
  const logs = values.filter((value) => value > 0).map(Math.log10);
  if (logs.length === 0) return { low: 0, high: 1 };
  const low = Math.floor(Math.min(...logs) - 0.01);
  return { low, high: Math.max(low + 1, Math.ceil(Math.max(...logs))) };
}

function text(x: number, y: number, content: string, anchor: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escapeXml(content)}</text>`;
}

function escapeXml(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
