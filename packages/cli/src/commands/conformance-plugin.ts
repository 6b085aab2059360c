import { AnyBpfError, decode } from '@anybpf/bytecode';
import { runFunction } from '@anybpf/conformance';
import { backendFor } from '../backends.ts';
import { type Command, usageOf } from '../command.ts';
import { errorText } from '../failure.ts';
import { parseHex } from '../hex.ts';

/**
 * The plug-in protocol of bpf_conformance_runner: the program in hex on standard input (or after
 * `--program`), memory in hex as an argument, r0 in hex on standard output. Bytes may stand apart by
 * blanks or not. Exit status 1 where the program is refused or faults.
 */
export const conformancePlugin: Command = {
  name: 'conformance-plugin',
  synopsis: '--backend B [MEMHEX] [--program HEX] [--debug]',
  summary: "bpf_conformance_runner's plug-in protocol",
  options: {
    backend: { type: 'string' },
    program: { type: 'string' },
    debug: { type: 'boolean' },
  },
  positionals: [0, 1],
  async run(request, terminal) {
    const usage = usageOf(this);
    const text = request.text('program') ?? (await terminal.readInput());
    const memory = parseHex(request.positionals[0] ?? '', 'memory', usage);
    const bytes = parseHex(text, 'program', usage);
    const backend = await backendFor(request.text('backend'));
    try {
      const { r0 } = await runFunction(backend, decode(bytes), memory);
      const hex = r0.toString(16);
      terminal.out(request.json ? JSON.stringify({ r0: `0x${hex}` }) : hex);
      return 0;
    } catch (error) {
      if (!(error instanceof AnyBpfError) || error.code === 'BACKEND_UNAVAILABLE') throw error;
      if (request.json) terminal.out(errorText(error));
      else terminal.err(`anybpf conformance-plugin: ${error.message}`);
      return 1;
    }
  },
};
