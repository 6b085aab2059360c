import type { BenchReport, BenchResult } from '../report.ts';
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

const HARNESS = [
  { workload: 'empty', program: 'r0 = 2; exit', shows: 'what measuring costs' },
  {
    workload: 'one-byte',
    program: 'it changes the first byte of its packet',
    shows: 'what it costs where packets are changed',
  },
];

/** How to read the table. */
export function legend(report: BenchReport): string[] {
  const lines = [
    'ns is per packet, as the backend measures it; Mpps is million packets per second at the median.',
  ];
  for (const { workload, program, shows } of HARNESS) {
    const costs = report.harness.flatMap(({ workload: name, backend, nsPerPacket }) =>
      name !== workload || nsPerPacket === null
        ? []
        : [`${backend} ${amount(nsPerPacket.median)} ns`],
    );
    if (costs.length > 0) {
      lines.push(
        `Row ${workload} (${program}) shows ${shows}: ${costs.join(', ')}. Nothing is subtracted.`,
      );
    }
  }
  lines.push('wall ns, where shown, is the whole call on the clock of this process.');
  if (report.ratios.length > 0) {
    lines.push(
      'a/b is how many times faster a is than b: the median over rounds that measured both.',
    );
  }
  return [...lines, ...notes(report)];
}

/** Each clause of the notes once per backend, with the rows that it belongs to. */
function notes(report: BenchReport): string[] {
  const all = [...report.harness, ...report.results];
  return [...new Set(all.map(({ backend }) => backend))].flatMap((backend) => {
    const rows = all.filter((row) => row.backend === backend);
    const clauses = new Set(rows.flatMap(clausesOf));
    return Array.from(clauses, (clause) => {
      const where = rows.filter((row) => clausesOf(row).includes(clause));
      const scope =
        where.length === rows.length
          ? ''
          : ` (${where.map(({ workload }) => workload).join(', ')})`;
      return `${backend}${scope}: ${sentence(clause)}`;
    });
  });
}

/** The note of a failure is a message of others, of any length and layout: one clause as it is. */
function clausesOf({ note, failure }: BenchResult): string[] {
  if (note === undefined) return [];
  return failure === undefined ? note.split('; ') : [shortened(note)];
}

/** Characters of a failure's message; all of it is in the JSON document. */
const MAX_FAILURE = 300;

/** On one line. */
function shortened(message: string): string {
  const line = message
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' | ');
  return line.length <= MAX_FAILURE ? line : `${line.slice(0, MAX_FAILURE - 3)}...`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
