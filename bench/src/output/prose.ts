import type { BenchReport } from '../report.ts';
import { amount } from './numbers.ts';

/** What the figures were measured on and how, one sentence per line. */
export function circumstances(report: BenchReport): string[] {
  const { machine, versions, method } = report;
  const cores = `${machine.cores} ${machine.cores === 1 ? 'core' : 'cores'}`;
  return [
    `${report.packets.toLocaleString('en-US')} packets (${method.distinctPackets} distinct); ` +
      `${method.rounds} samples of about ${method.sampleMs} ms per figure, in the order ${method.order}; ` +
      'median, minimum and maximum.',
    `${machine.cpu}, ${cores}, ${machine.arch}, ${machine.os}, kernel ${machine.kernel}, ` +
      `load ${machine.load.toFixed(1)} at the start, ${report.date}.`,
    `${Object.entries(versions)
      .filter(([name]) => name !== 'kernel')
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    ...report.absent.map(
      ({ backend, reason, remedy }) =>
        `${backend} is absent: ${sentence(reason)} ${sentence(remedy)}`,
    ),
  ];
}

/** How to read the table. */
export function legend(report: BenchReport): string[] {
  const lines = [
    'ns is per packet, as the backend measures it; Mpps is million packets per second at the median.',
  ];
  if (report.harness.some(({ nsPerPacket }) => nsPerPacket !== null)) {
    const costs = report.harness.flatMap(({ backend, nsPerPacket }) =>
      nsPerPacket === null ? [] : [`${backend} ${amount(nsPerPacket.median)} ns`],
    );
    lines.push(
      `The empty program (r0 = 2; exit) shows what measuring costs: ${costs.join(', ')}. Nothing is subtracted.`,
    );
  }
  lines.push('wall ns, where shown, is the whole call on the clock of this process.');
  if (report.ratios.length > 0) {
    lines.push(
      'a/b is how many times faster a is than b: the median over rounds that measured both.',
    );
  }
  return [...lines, ...notes(report)];
}

/** Each note once, with the rows that it belongs to. */
function notes(report: BenchReport): string[] {
  const all = [...report.harness, ...report.results];
  const rows = new Map<string, { backend: string; note: string; workloads: string[] }>();
  for (const { backend, workload, note } of all) {
    if (note === undefined) continue;
    const key = `${backend}\n${note}`;
    const row = rows.get(key) ?? { backend, note, workloads: [] };
    row.workloads.push(workload);
    rows.set(key, row);
  }
  return [...rows.values()].map(({ backend, note, workloads }) => {
    const total = all.filter((row) => row.backend === backend).length;
    const where = workloads.length === total ? '' : ` (${workloads.join(', ')})`;
    return `${backend}${where}: ${sentence(note)}`;
  });
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
