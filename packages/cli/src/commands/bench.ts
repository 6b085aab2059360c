import {
  failedWorkloads,
  formatText,
  programWorkloads,
  runBench,
  sharedBatch,
  type Workload,
  writeReport,
} from '@anybpf/bench';
import type { Backend, PacketBatch } from '@anybpf/runtime';
import { allBackends, backendFor } from '../backends.ts';
import { readCaptureFile } from '../capture-file.ts';
import { type Command, type Request, UsageError, usageOf } from '../command.ts';
import { FileError } from '../failure.ts';
import { MAP_OPTIONS, mapEntries } from '../map-entries.ts';
import { openProgram } from '../open-program.ts';
import type { Terminal } from '../terminal.ts';

/** For a first look and for CI: fewer and shorter samples. */
const QUICK = { rounds: 3, sampleMs: 5 };

export const bench: Command = {
  name: 'bench',
  synopsis:
    '[OBJ] [--program P] [--backend B]... [--pcap FILE] [--map NAME=KEYHEX:VALUEHEX]... [--maps FILE] [--type T] [--report DIR] [--quick]',
  summary: 'packets per second, side by side; without OBJ the ten programs',
  options: {
    program: { type: 'string' },
    backend: { type: 'string', multiple: true },
    pcap: { type: 'string' },
    ...MAP_OPTIONS,
    type: { type: 'string' },
    report: { type: 'string' },
    quick: { type: 'boolean' },
  },
  positionals: [0, 1],
  async run(request, terminal) {
    const usage = usageOf(this);
    const names = request.list('backend');
    // Named backends must work; of the others, those that do not are listed as absent.
    const backends = names.length > 0 ? await Promise.all(names.map(backendFor)) : allBackends();
    const workloads = await chooseWorkloads(request, terminal, usage, backends);
    const report = await runBench({
      workloads,
      backends,
      batch: await chooseBatch(request, terminal, usage),
      ...(request.flag('quick') ? QUICK : {}),
      onProgress: ({ workload, done, total }) =>
        terminal.progress(`${done + 1}/${total} ${workload}`),
    });
    terminal.progress('');
    terminal.out(request.json ? JSON.stringify(report, null, 2) : formatText(report));
    const folder = request.text('report');
    if (folder !== undefined) {
      const files = await writeReport(report, folder).catch((error: unknown) => {
        throw new FileError(folder, 'write', error);
      });
      terminal.err(`wrote ${files.join(', ')}`);
    }
    const failed = failedWorkloads(report);
    for (const { workload, backend, note } of failed) {
      terminal.err(`${workload} on ${backend} ${note ?? 'failed'}`);
    }
    return failed.length === 0 ? 0 : 1;
  },
};

async function chooseWorkloads(
  request: Request,
  terminal: Terminal,
  usage: string,
  backends: readonly Backend[],
): Promise<Workload[]> {
  if (request.positionals.length === 0) {
    return chooseProgram(programWorkloads(), request.text('program'), usage);
  }
  const { object, program, type } = await openProgram(request, terminal, usage, backends);
  return [
    {
      name: program.name,
      object,
      program: program.name,
      loadOptions: { defaultProgramType: type },
      prepare: await mapEntries(request, usage),
    },
  ];
}

function chooseProgram(all: Workload[], name: string | undefined, usage: string): Workload[] {
  if (name === undefined) return all;
  const chosen = all.filter((workload) => workload.name === name);
  if (chosen.length > 0) return chosen;
  const known = all.map((workload) => workload.name).join(', ');
  throw new UsageError(`there is no program "${name}"; there are: ${known}`, usage);
}

async function chooseBatch(
  request: Request,
  terminal: Terminal,
  usage: string,
): Promise<PacketBatch> {
  const pcap = request.text('pcap');
  if (pcap === undefined) return sharedBatch();
  const batch = await readCaptureFile(pcap, terminal);
  if (batch.count === 0) throw new UsageError(`${pcap} holds no packets to measure with`, usage);
  return batch;
}
