import { AnyBpfError, verdictName } from '@anybpf/bytecode';
import { ProgramFault, type ProgramInput, packetAt, type RunResult } from '@anybpf/runtime';
import { backendFor } from '../backends.ts';
import { readCaptureFile } from '../capture-file.ts';
import { type Command, type Request, UsageError, usageOf } from '../command.ts';
import { errorDocument } from '../failure.ts';
import { parseHex, toHex } from '../hex.ts';
import { dumpMaps, MAP_OPTIONS, mapEntries } from '../map-entries.ts';
import { openProgram } from '../open-program.ts';
import type { Terminal } from '../terminal.ts';

export const run: Command = {
  name: 'run',
  synopsis:
    'OBJ [--program P] [--backend B] (--packet HEX | --pcap FILE) [--map NAME=KEYHEX:VALUEHEX]... [--maps FILE] [--ctx HEX] [--type T]',
  summary: 'one program over given input: verdicts, packets, cost, final maps',
  options: {
    program: { type: 'string' },
    backend: { type: 'string' },
    packet: { type: 'string' },
    pcap: { type: 'string' },
    ...MAP_OPTIONS,
    ctx: { type: 'string' },
    type: { type: 'string' },
  },
  positionals: [1, 1],
  async run(request, terminal) {
    const usage = usageOf(this);
    const inputs = await readInputs(request, terminal, usage);
    const fillMaps = await mapEntries(request, usage);
    const backend = await backendFor(request.text('backend'));
    const { object, program, type } = await openProgram(request, terminal, usage, [backend]);
    await using loaded = await backend.load(object, { defaultProgramType: type });
    const loadedProgram = loaded.programs.get(program.name);
    if (loadedProgram === undefined) {
      throw new UsageError(`${backend.name} did not load program "${program.name}"`, usage);
    }
    fillMaps(loaded);
    const results: ReturnType<typeof describeResult>[] = [];
    let fault: PacketFault | null = null;
    for (const input of inputs) {
      try {
        results.push(describeResult(loadedProgram.run(input)));
      } catch (error) {
        // A capture goes as far as the program does: what came before stays in the answer.
        if (!(error instanceof ProgramFault)) throw error;
        fault = new PacketFault(error, results.length + 1);
        break;
      }
    }
    const maps = dumpMaps(loaded);
    const status = fault === null ? 0 : 1;

    function describeResult({ verdict, packet, cost }: RunResult) {
      return {
        verdict,
        verdictName: verdictName(type, verdict),
        packetOut: packet === null ? null : toHex(packet),
        cost,
      };
    }

    if (request.json) {
      const error = fault === null ? {} : errorDocument(fault);
      const document = { backend: backend.name, program: program.name, results, maps, ...error };
      terminal.out(JSON.stringify(document, null, 2));
      return status;
    }
    results.forEach(({ verdictName: name, packetOut, cost }, index) => {
      terminal.out(
        `${index + 1}  ${name}  ${cost.value} ${cost.unit}  ${packetOut ?? ''}`.trimEnd(),
      );
    });
    for (const [name, entries] of Object.entries(maps)) {
      const told = entries.filter(({ value }) => /[^0]/.test(value));
      for (const { key, value } of told) terminal.out(`${name}  ${key}: ${value}`);
      const zero = entries.length - told.length;
      if (zero > 0) terminal.out(`${name}  ${zero} entries of zeros`);
    }
    if (fault !== null) terminal.err(`anybpf run: ${fault.message}`);
    return status;
  },
};

/** The program faulted on one of the packets. `packet` counts from 1. */
class PacketFault extends AnyBpfError {
  readonly code: string;
  readonly packet: number;
  readonly instruction: number;

  constructor(fault: ProgramFault, packet: number) {
    super(`packet ${packet}: ${fault.message}`, { cause: fault });
    this.code = fault.code;
    this.packet = packet;
    this.instruction = fault.slot;
  }
}

async function readInputs(
  request: Request,
  terminal: Terminal,
  usage: string,
): Promise<readonly ProgramInput[]> {
  const packet = request.text('packet');
  const pcap = request.text('pcap');
  const ctx = request.text('ctx');
  if (packet !== undefined && pcap !== undefined) {
    throw new UsageError('--packet and --pcap exclude each other', usage);
  }
  const context = ctx === undefined ? {} : { context: parseHex(ctx, '--ctx', usage) };
  if (packet !== undefined) return [{ packet: parseHex(packet, '--packet', usage), ...context }];
  if (pcap !== undefined) {
    const batch = await readCaptureFile(pcap, terminal);
    return Array.from({ length: batch.count }, (_, index) => ({
      packet: packetAt(batch, index),
      ...context,
    }));
  }
  if (ctx === undefined) throw new UsageError('--packet, --pcap or --ctx is missing', usage);
  return [context];
}
