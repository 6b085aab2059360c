import type { BenchReport, BenchResult } from '../report.ts';
import { amount, significant, times } from './numbers.ts';

/** A report as rows of text, for the terminal and for Markdown alike. The first column is a name. */
export interface ReportTable {
  readonly header: readonly Heading[];
  readonly rows: readonly (readonly string[])[];
}

export interface Heading {
  /** Backend that adjoining columns belong to; '' for a column on its own. */
  readonly group: string;
  readonly title: string;
}

interface Column extends Heading {
  cell(workload: string): string;
}

const ABSENT = '-';

/** One row per workload, the harness first; columns by backend, then the ratios. */
export function reportTable(report: BenchReport): ReportTable {
  const all = [...report.harness, ...report.results];
  const harness = new Set(report.harness.map(({ workload }) => workload));
  const workloads = unique(all.map(({ workload }) => workload));
  const backends = unique(all.map(({ backend }) => backend));
  const columns = [
    ...backends.flatMap((backend) => backendColumns(backend, all)),
    ...ratioColumns(report),
  ];
  return {
    header: [{ group: '', title: 'program' }, ...columns],
    rows: workloads.map((workload) => [
      harness.has(workload) ? `${workload} (harness)` : workload,
      ...columns.map((column) => column.cell(workload)),
    ]),
  };
}

/** Measured and simulated figures have columns of their own; no backend has both. */
function backendColumns(backend: string, all: readonly BenchResult[]): Column[] {
  const rows = new Map(
    all.filter((row) => row.backend === backend).map((row) => [row.workload, row]),
  );
  const column = (title: string, text: (row: BenchResult) => string): Column => ({
    group: backend,
    title,
    cell: (workload) => {
      const row = rows.get(workload);
      return row === undefined ? ABSENT : text(row);
    },
  });
  if ([...rows.values()].some((row) => row.cyclesPerPacket !== undefined)) {
    return [
      column('simulated cycles', ({ cyclesPerPacket }) =>
        cyclesPerPacket === undefined ? ABSENT : amount(cyclesPerPacket),
      ),
    ];
  }
  const columns = [
    column('Mpps', ({ mpps }) => (mpps === null ? ABSENT : significant(mpps))),
    column('ns', ({ nsPerPacket }) => (nsPerPacket ? amount(nsPerPacket.median) : ABSENT)),
    column('min-max', ({ nsPerPacket }) =>
      nsPerPacket ? `${amount(nsPerPacket.min)}-${amount(nsPerPacket.max)}` : ABSENT,
    ),
  ];
  if ([...rows.values()].some(wallDiffers)) {
    columns.push(
      column('wall ns', ({ wallNsPerPacket }) =>
        wallNsPerPacket ? amount(wallNsPerPacket.median) : ABSENT,
      ),
    );
  }
  return columns;
}

/** By more than a tenth: worth a column. */
function wallDiffers({ nsPerPacket, wallNsPerPacket }: BenchResult): boolean {
  if (nsPerPacket === null || wallNsPerPacket === null) return false;
  return Math.abs(wallNsPerPacket.median - nsPerPacket.median) > 0.1 * nsPerPacket.median;
}

function ratioColumns({ ratios }: BenchReport): Column[] {
  const pairs = unique(ratios.map(({ backend, against }) => `${backend}/${against}`));
  return pairs.map((pair) => ({
    group: '',
    title: pair,
    cell: (workload) => {
      const found = ratios.find(
        (row) => row.workload === workload && `${row.backend}/${row.against}` === pair,
      );
      return found === undefined ? ABSENT : times(found.ratio);
    },
  }));
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
