import { assemble, writeObject } from '@anybpf/bytecode';
import { type Command, UsageError, usageOf } from '../command.ts';
import { readBytes, writeBytes } from '../files.ts';
import { syntaxOption } from '../syntax.ts';

export const asm: Command = {
  name: 'asm',
  synopsis: 'FILE -o OUT [--syntax llvm|ubpf] [--section S] [--name N] [--license L]',
  summary: 'assemble to raw bytecode, or to an object where OUT ends in .o (FILE - is stdin)',
  options: {
    output: { type: 'string', short: 'o' },
    syntax: { type: 'string' },
    section: { type: 'string' },
    name: { type: 'string' },
    license: { type: 'string' },
  },
  positionals: [1, 1],
  async run(request, terminal) {
    const [path = ''] = request.positionals;
    const output = request.text('output');
    if (output === undefined) throw new UsageError('-o OUT is missing', usageOf(this));
    const text =
      path === '-' ? await terminal.readInput() : new TextDecoder().decode(await readBytes(path));
    const code = assemble(text, syntaxOption(request, usageOf(this)));
    const isObject = output.endsWith('.o');
    const bytes = isObject
      ? writeObject(code, {
          section: request.text('section') ?? 'xdp',
          name: request.text('name') ?? 'main',
          license: request.text('license') ?? 'GPL',
        })
      : code.bytes;
    await writeBytes(output, bytes);
    const slots = code.bytes.length / 8;
    if (request.json) {
      const format = isObject ? 'object' : 'raw';
      terminal.out(JSON.stringify({ output, format, instructions: slots, bytes: bytes.length }));
    } else {
      terminal.err(`${output}: ${slots} instructions, ${bytes.length} bytes`);
    }
    return 0;
  },
};
